"""Every mutation, of all families."""

from __future__ import annotations

from . import (
    access,
    additions,
    arguments,
    blocks,
    configurations,
    data,
    egress,
    exposure,
    expressions,
    gateway,
    harmless,
    permissions,
    provider,
    refactorings,
    running,
    statements,
    watching,
)
from .mutation import Mutation, mutated

VIOLATIONS = [
    mutation
    for family in (
        *(blocks, expressions, arguments),
        *(data, provider, configurations),
        *(access, exposure, egress, permissions, statements),
        *(running, watching, gateway),
    )
    for mutation in family.VIOLATIONS
]
HARMLESS = [
    mutation for family in (harmless, refactorings, additions, provider, gateway) for mutation in family.HARMLESS
]

__all__ = ["HARMLESS", "VIOLATIONS", "Mutation", "mutated"]
