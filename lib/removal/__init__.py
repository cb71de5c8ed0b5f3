"""Removing an environment: stop writers, empty buckets, search for leftovers."""
