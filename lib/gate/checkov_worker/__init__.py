"""Runs Checkov in a separate process. This package imports only Checkov and the standard library."""
