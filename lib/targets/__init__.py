"""Where a stack is deployed: real AWS, or an emulator of AWS on this machine."""
