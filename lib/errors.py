"""The error of every command. Standard library only: lib/environments.py runs before anything is installed."""


class ToolError(Exception):
    """Wrong input or a broken tool: one line that names the value, the rule and the fix. Exit code 2."""
