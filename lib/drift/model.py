"""The classes of manual changes, before and after the rules have evaluated them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from lib.drift.values import Difference
from lib.findings.finding import Finding


class Kind(StrEnum):
    """The kind of a change. `NOT_DEPLOYED` is no manual change: the JSON has a value that was not deployed yet."""

    CHANGED = "changed"
    DELETED = "deleted"
    ADDED = "added"
    NOT_DEPLOYED = "not deployed"


class Repair(StrEnum):
    """The effect of `make deploy` on a change.

    `REPAIRS`: deploy undoes the change. `LEAVES`: deploy does not undo the change. `REPLACES`: deploy creates an empty
    resource, because the data is lost already. `REFUSES`: deploy refuses its plan, because undoing the change would
    delete data (lib/plans/plan_check.py).
    """

    REPAIRS = "repairs"
    REPLACES = "replaces"
    LEAVES = "leaves"
    REFUSES = "refuses"


@dataclass(frozen=True)
class Change:
    """A manual change of a resource: a changed argument, its deletion, or an addition to it.

    `before` and `after` are the argument's whole values. `added_type` and `arguments` are the Terraform declaration of
    an addition. `remedy` is the command that undoes a change if a plain `make deploy` does not undo it.
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
        """Return the change for a repair that `make deploy` refuses unless DESTROY_DATA names the address."""
        return replace(self, repair=Repair.REFUSES, remedy=f"DESTROY_DATA={self.address} make deploy")

    @property
    def type(self) -> str:
        return self.address.partition(".")[0]


@dataclass(frozen=True)
class Evaluated:
    """A change with the rules that it violates, the most severe first.

    `findings` is empty if the rules come from rules.toml.
    """

    change: Change
    rules: tuple[str, ...]
    findings: tuple[Finding, ...] = ()
