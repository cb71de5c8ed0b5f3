"""Removing an environment: its writers stopped, its buckets emptied, and what is left of it afterwards."""
