"""What the provider's schema says of each resource type, projected to the arguments that the rules ask for."""
