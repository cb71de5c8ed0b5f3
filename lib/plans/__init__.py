"""Terraform plans: checked before they are applied, and saved together with the verdict."""
