"""Terminal output, questions, and waiting for conditions."""
