"""Listings read to their end, whatever the size of their pages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def pages(client: Any, operation: str, key: str, **arguments: Any) -> Iterator[Any]:
    """Every entry of a listing: `pages(iam, "list_roles", "Roles")`. `client`: boto3's."""
    for page in client.get_paginator(operation).paginate(**arguments):
        yield from page.get(key) or []
