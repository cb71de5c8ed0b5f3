"""Runs Checkov in a separate process, fail-closed. Imports only Checkov and the standard library."""
