"""The functions' settings. Only this module reads the environment."""

from __future__ import annotations

import os
import re

TRANSACTIONS_TABLE = "TRANSACTIONS_TABLE"
MERCHANT_INDEX = "MERCHANT_INDEX"
PENDING_INDEX = "PENDING_INDEX"
CURSOR_KEY = "CURSOR_KEY"
MAXIMUM_AMOUNT = "MAXIMUM_AMOUNT"
ARCHIVE_BUCKET = "ARCHIVE_BUCKET"
PAYMENT_GATEWAY = "PAYMENT_GATEWAY"
GATEWAY_SECRET_ARN = "GATEWAY_SECRET_ARN"  # noqa: S105 - the variable's name


class SettingsError(Exception):
    """An environment variable that the infrastructure sets is missing or invalid."""


def required(variable: str) -> str:
    """Return the variable's value. Raises SettingsError if it is missing or empty."""
    value = os.environ.get(variable, "")
    if not value:
        raise SettingsError(f"environment variable {variable} is not set; set it in the function's declaration")
    return value


def maximum_amount() -> int:
    """Return the maximum amount of a payment, in minor units. Raises SettingsError if it is not a valid number."""
    value = required(MAXIMUM_AMOUNT)
    if not re.fullmatch(r"[1-9][0-9]{0,11}", value):
        raise SettingsError(f"environment variable {MAXIMUM_AMOUNT} is not a whole number from 1 to 999999999999")
    return int(value)


def stripe_base() -> str:
    """Return the address of the tests' fake of Stripe; no deployed stack sets this variable."""
    return os.environ.get("STRIPE_BASE", "")
