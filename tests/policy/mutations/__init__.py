"""Every mutation, of all families."""

from __future__ import annotations

from . import access, additions, data, harmless, provider, refactorings, running
from .mutation import Mutation, mutated

VIOLATIONS = [*data.VIOLATIONS, *provider.VIOLATIONS, *access.VIOLATIONS, *running.VIOLATIONS]
HARMLESS = [*harmless.HARMLESS, *refactorings.HARMLESS, *additions.HARMLESS, *provider.HARMLESS]

__all__ = ["HARMLESS", "VIOLATIONS", "Mutation", "mutated"]
