"""Every mutation, of all families."""

from __future__ import annotations

from . import access, data, harmless, provider, running
from .mutation import Mutation, mutated

VIOLATIONS = [*data.VIOLATIONS, *provider.VIOLATIONS, *access.VIOLATIONS, *running.VIOLATIONS]
HARMLESS = [*harmless.HARMLESS, *provider.HARMLESS]

__all__ = ["HARMLESS", "VIOLATIONS", "Mutation", "mutated"]
