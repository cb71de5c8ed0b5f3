"""What gateways have recorded of the ledger's payments, and how it is compared."""
