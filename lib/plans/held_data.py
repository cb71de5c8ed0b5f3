"""Decides which resource types hold data."""

from __future__ import annotations

from lib.aspects.types import classified


def holds_data(resource_type: str) -> bool:
    """Return whether a resource of this type holds data or is an encryption key; True for an unclassified type."""
    of_type = classified(resource_type)
    return of_type is None or of_type.holds_data
