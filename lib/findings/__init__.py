"""Findings of both judges, waivers, and the Python lines that created the constructs."""
