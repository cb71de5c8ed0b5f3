"""Payments: takes them, records them once, archives what happened. Imports nothing from the infrastructure."""
