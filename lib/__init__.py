"""Infrastructure: the stack, its judges, its deployment."""

__version__ = "0.1.0"
