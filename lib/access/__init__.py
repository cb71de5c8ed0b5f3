"""IAM policies for an account's administrator: those of the deploy role, and of API clients."""
