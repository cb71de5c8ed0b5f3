"""The functions' settings: the only reader of the environment on this side."""

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
    """An environment variable that the infrastructure should have set is missing or unusable."""


def required(variable: str) -> str:
    """The variable's value; raises SettingsError when it is missing or empty."""
    value = os.environ.get(variable, "")
    if not value:
        raise SettingsError(f"environment variable {variable} is not set; the function's declaration sets it")
    return value


def maximum_amount() -> int:
    """The most that a payment may be of, in minor units; raises SettingsError for what is no such number."""
    value = required(MAXIMUM_AMOUNT)
    if not re.fullmatch(r"[1-9][0-9]{0,11}", value):
        raise SettingsError(f"environment variable {MAXIMUM_AMOUNT} is not a whole number from 1 to 999999999999")
    return int(value)


def stripe_base() -> str:
    """Where the tests have put a Stripe of their own on this machine; no stack sets the variable."""
    return os.environ.get("STRIPE_BASE", "")
