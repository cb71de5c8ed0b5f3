"""The gateways by name. An adapter is imported at its first use, so an unused adapter does not slow a cold start."""

from __future__ import annotations

import functools

from payments import settings
from payments.gateway import Gateway

SIMULATED, STRIPE = "simulated", "stripe"


@functools.cache
def gateway(name: str) -> Gateway:
    """Return the gateway of that name; it is created at its first use. Raises SettingsError if a setting is missing."""
    if name == SIMULATED:
        from payments.simulated import Simulated

        return Simulated()
    if name == STRIPE:
        from payments.stripe import from_settings

        return from_settings()
    raise settings.SettingsError(f"PAYMENT_GATEWAY is {name!r}; set it to {SIMULATED} or {STRIPE}")
