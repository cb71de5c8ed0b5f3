"""The code of the Lambda functions: they take payments, record each payment once, and archive every change."""
