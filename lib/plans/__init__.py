"""Plans: what Terraform is about to change, checked before it does, and saved together with the verdict."""
