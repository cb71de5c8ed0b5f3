"""The targets of a deployment: AWS, or an emulator of AWS on this machine."""
