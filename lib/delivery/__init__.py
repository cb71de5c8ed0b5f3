"""Commands of the GitHub workflows: workflow linters, pull request comment, drift issue, weekly report, attestation."""
