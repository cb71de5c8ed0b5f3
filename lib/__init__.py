"""The stack, its two judges, and its deployment."""

__version__ = "0.1.0"
