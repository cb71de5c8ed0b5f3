"""Payments: takes them, records each once, and archives every change. Imports nothing of the infrastructure."""
