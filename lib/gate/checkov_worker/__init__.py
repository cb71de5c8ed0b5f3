"""Checkov in a process of its own, fail-closed: imports Checkov and the standard library, nothing of this project."""
