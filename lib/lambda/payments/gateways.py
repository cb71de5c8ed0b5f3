"""The gateways by name. An adapter is imported when it is first used, so that unused ones cost nothing."""

from __future__ import annotations

import functools

from payments import settings
from payments.gateway import Gateway

SIMULATED, STRIPE = "simulated", "stripe"


@functools.cache
def gateway(name: str) -> Gateway:
    """Return the gateway of that name, created at its first use. Raises SettingsError if it is not set up."""
    if name == SIMULATED:
        from payments.simulated import Simulated

        return Simulated()
    if name == STRIPE:
        from payments.stripe import from_settings

        return from_settings()
    raise settings.SettingsError(f"PAYMENT_GATEWAY is {name!r}; set it to {SIMULATED} or {STRIPE}")
