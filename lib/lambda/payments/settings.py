"""The functions' settings: the only reader of the environment on this side."""

from __future__ import annotations

import os

TRANSACTIONS_TABLE = "TRANSACTIONS_TABLE"
ARCHIVE_BUCKET = "ARCHIVE_BUCKET"


class SettingsError(Exception):
    """An environment variable that the infrastructure should have set is missing or empty."""


def required(variable: str) -> str:
    """The variable's value; raises SettingsError when it is missing or empty."""
    value = os.environ.get(variable, "")
    if not value:
        raise SettingsError(f"environment variable {variable} is not set; the function's declaration sets it")
    return value
