"""Terminal output, questions, waiting for conditions, and a command line without options."""
