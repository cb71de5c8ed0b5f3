"""What a manual change is, before and after the rules have evaluated it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from lib.drift.values import Difference
from lib.findings.finding import Finding


class Kind(StrEnum):
    """`NOT_DEPLOYED`: nobody changed it by hand, yet the JSON says otherwise."""

    CHANGED = "changed"
    DELETED = "deleted"
    ADDED = "added"
    NOT_DEPLOYED = "not deployed"


class Repair(StrEnum):
    """What `make deploy` does about a change.

    `REPLACES`: data that the resource held is gone already. `REFUSES`: data would be lost (lib/plans/rules.py).
    """

    REPAIRS = "repairs"
    REPLACES = "replaces"
    LEAVES = "leaves"
    REFUSES = "refuses"


@dataclass(frozen=True)
class Change:
    """One manual change of one resource: an argument of it, its deletion, or something that was added to it.

    `before` and `after` are the argument's whole values. `added_type` and `arguments` say how Terraform would declare
    an addition; `remedy` is the command that undoes what `make deploy` leaves.
    """

    kind: Kind
    address: str
    name: str
    repair: Repair
    argument: str = ""
    before: Any = None
    after: Any = None
    differences: tuple[Difference, ...] = ()
    added: str = ""
    added_type: str = ""
    arguments: Mapping[str, Any] = field(default_factory=dict)
    remedy: str = ""

    def refused(self) -> Change:
        """The same, where `make deploy` refuses to repair it unless its address is named."""
        return replace(self, repair=Repair.REFUSES, remedy=f"DESTROY_DATA={self.address} make deploy")

    @property
    def type(self) -> str:
        return self.address.partition(".")[0]


@dataclass(frozen=True)
class Evaluated:
    """A change with the rules that it violates, the most severe first. `findings` may be empty where a table named
    the rules."""

    change: Change
    rules: tuple[str, ...]
    findings: tuple[Finding, ...] = ()
