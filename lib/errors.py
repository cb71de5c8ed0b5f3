"""Errors of every command. Standard library only: lib/environments.py runs before anything is installed."""


class ToolError(Exception):
    """Wrong input or a broken tool. The message is one line that names the value, the rule and the fix. Exit code 2."""


class SettingsError(ToolError):
    """A setting with an invalid value. The message is one line: `VARIABLE is VALUE, but RULE; FIX`."""

    def __init__(self, variable: str, value: object, rule: str, fix: str) -> None:
        shown = repr(value)
        if len(shown) > 80:
            shown = f"{shown[:78]}…"
        super().__init__(f"{variable} is {shown}, but {rule}; {fix}")
