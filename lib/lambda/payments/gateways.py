"""The gateways by their names. An adapter is imported when it is first needed: none costs a payment of another."""

from __future__ import annotations

import functools

from payments import settings
from payments.gateway import Gateway

SIMULATED, STRIPE = "simulated", "stripe"


@functools.cache
def gateway(name: str) -> Gateway:
    """The gateway of that name, made at its first use. Raises SettingsError for one that is not set up."""
    if name == SIMULATED:
        from payments.simulated import Simulated

        return Simulated()
    if name == STRIPE:
        from payments.stripe import from_settings

        return from_settings()
    raise settings.SettingsError(f"there is no payment gateway {name!r}: PAYMENT_GATEWAY is {SIMULATED} or {STRIPE}")
