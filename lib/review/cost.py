"""Estimates the cost of new resources without traffic, by the list prices in lib/review/prices.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("prices.toml")


@dataclass(frozen=True)
class Item:
    """One new resource. `monthly`: USD a month without traffic. `usage`: a text about charges for usage."""

    address: str
    monthly: Decimal
    usage: str
    source: str


@dataclass(frozen=True)
class Estimate:
    """The estimate. `items` have a price. `unpriced`: addresses of resources that prices.toml does not list."""

    items: tuple[Item, ...]
    unpriced: tuple[str, ...]
    day: str
    region: str

    @property
    def monthly(self) -> Decimal:
        """Return the USD a month of all items, without traffic."""
        return sum((item.monthly for item in self.items), Decimal())


def estimate(new: Iterable[tuple[str, Mapping[str, Any]]]) -> Estimate:
    """Return the estimate without free types. `new`: (address, arguments) of each new resource in the JSON."""
    table = _table()
    items, unpriced = [], []
    for address, arguments in new:
        type_ = address.partition(".")[0]
        price = table["prices"].get(type_)
        if type_ in table["free"]:
            continue
        if price is None or any(arguments.get(name) != value for name, value in price.get("where", {}).items()):
            unpriced.append(address)
        else:
            monthly = Decimal(str(price.get("monthly", 0))) * _count(arguments, price.get("each", ""))
            items.append(Item(address, monthly, _usage(price), price["source"]))
    return Estimate(tuple(items), tuple(unpriced), table["day"], table["region"])


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(FILE.read_text())


def _count(arguments: Mapping[str, Any], each: str) -> int:
    """Return the number of blocks at a path, at least 1: `metric_query.metric` counts the queries with a metric."""
    block, _, inner = each.partition(".")
    blocks = arguments.get(block) or []
    return sum(bool(item.get(inner)) for item in (blocks if isinstance(blocks, list) else [blocks])) or 1


def _usage(price: Mapping[str, Any]) -> str:
    parts = []
    if "per_million" in price:
        parts.append(f"${price['per_million']:g} a million {price.get('of', 'requests')}")
    if "per_gb" in price:
        parts.append(f"${price['per_gb']:g} a GB written")
    if "storage" in price:
        parts.append(f"${price['storage']:g} a GB and month")
    return ", ".join(parts)
