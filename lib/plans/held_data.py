"""Which resources hold data that would be lost with them."""

from __future__ import annotations

from lib.aspects.types import classified


def holds_data(resource_type: str) -> bool:
    """Whether a resource of this type holds data, encryption keys included. A type outside the catalogue may."""
    of_type = classified(resource_type)
    return of_type is None or of_type.holds_data
