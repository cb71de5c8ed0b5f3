"""Deploying what was judged: a Terraform runner, the local target (an emulator of AWS), the demo, and real AWS."""
