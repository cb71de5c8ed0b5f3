"""Facts from the provider's schema, reduced to the arguments that the rules check."""
