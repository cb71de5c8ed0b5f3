"""Reads the payment gateways' own records, and compares them with the ledger."""
