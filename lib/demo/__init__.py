"""`make demo`: payments through a stack that is deployed to the emulator, and what was recorded of them."""
