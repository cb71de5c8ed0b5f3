"""Commands for whoever runs the stack: is the archive what the ledger says, and replay what was set aside."""
