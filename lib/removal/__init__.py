"""Removes an environment: stops the writers, empties the buckets, and searches for leftovers."""
