"""Running Terraform on the folder of one synthesized stack, and reading its state."""
