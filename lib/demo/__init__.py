"""`make demo`: deploys the stack to the emulator, takes payments, and shows their records."""
