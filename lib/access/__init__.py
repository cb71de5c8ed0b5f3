"""IAM policies that the project prints for an account's administrator: the deploy role's, and an API client's."""
