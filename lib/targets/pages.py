"""Reads paginated listings completely."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def pages(client: Any, operation: str, key: str, **arguments: Any) -> Iterator[Any]:
    """Yield every entry of a listing: `pages(iam, "list_roles", "Roles")`. `client`: a boto3 client."""
    for page in client.get_paginator(operation).paginate(**arguments):
        yield from page.get(key) or []
