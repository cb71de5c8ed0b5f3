"""Commands for operators: smoke, reconcile, redrive, export-audit, gateway-key."""
