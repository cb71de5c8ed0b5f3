"""Runs Terraform in the folder of one synthesized stack, and reads the stack's state."""
