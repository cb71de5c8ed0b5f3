"""What the GitHub workflows call: the linters of the workflows, the pull request's comment, the nightly issue."""
