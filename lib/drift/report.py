"""The output of `make drift`: a line for each manual change, or one JSON object."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from rich.markup import escape

from lib.console.text import one_line
from lib.drift.model import Change, Evaluated, Kind, Repair

LONGEST_VALUE = 100  # characters
MOST_VALUES = 3  # in a line; the JSON has all
REPAIRS = {
    Repair.REPAIRS: "make deploy repairs it",
    Repair.REPLACES: "make deploy would put an empty one in its place",
    Repair.LEAVES: "make deploy leaves it",
    Repair.REFUSES: "make deploy refuses to repair it, because the repair would delete data",
}
PENDING_KEY = "make deploy would replace it; its deletion can be cancelled for seven days"
NO_RULE = "no rule"


@dataclass(frozen=True)
class Drift:
    """The result of a search. `resources` is the number of deployed resources.

    `not_deployed`: addresses of resources whose JSON was not deployed yet. They are no drift and violate no rule.
    """

    target: str
    resources: int
    changes: tuple[Evaluated, ...]
    not_deployed: tuple[str, ...] = ()


def lines(drift: Drift) -> Iterator[str]:
    """Yield the lines for people, with Rich's markup."""
    for item in drift.changes:
        yield f"[red]{', '.join(item.rules) or NO_RULE}[/red]  {escape(one_line(text(item.change)))}"
    if drift.not_deployed:
        yield f"not deployed yet, which is not drift: {len(drift.not_deployed)} resources; make plan shows them"
    if drift.changes:
        repaired = sum(item.change.repair is Repair.REPAIRS for item in drift.changes)
        first = "first run the commands above, then " if any(item.change.remedy for item in drift.changes) else ""
        counted = f"manual changes: {len(drift.changes)}, of which make deploy repairs {repaired}"
        yield f"{counted}; {first}make deploy (docs/drift.md)"
        if refused := sorted({item.change.address for item in drift.changes if item.change.repair is Repair.REFUSES}):
            yield f"make deploy refuses its whole plan without DESTROY_DATA={','.join(refused)}"
    else:
        yield f"[green]no drift: {drift.resources} resources are as they were deployed[/green]"


def text(change: Change) -> str:
    """Return one line: `aws_dynamodb_table.x (dynamodb-payments-dev): … is false, was true; make deploy repairs it`"""
    name = f" ({change.name})" if change.name else ""
    return f"{change.address}{name}: {_description(change)}; {_repair(change)}"


def as_json(drift: Drift) -> dict[str, Any]:
    """Return the object for programs, which docs/drift.md describes."""
    return {
        "target": drift.target,
        "resources": drift.resources,
        "drift": [_entry(item) for item in drift.changes],
        "not_deployed": list(drift.not_deployed),
    }


def _description(change: Change) -> str:
    if change.kind is Kind.DELETED:
        return "was deleted"
    if change.kind is Kind.ADDED:
        return f"{change.added} was added"
    was = "the JSON says" if change.kind is Kind.NOT_DEPLOYED else "was"
    values = [f"{item.path} is {_value(item.after)}, {was} {_value(item.before)}" for item in change.differences]
    more = [f"and {len(values) - MOST_VALUES} more"] if len(values) > MOST_VALUES else []
    return ", ".join([*values[:MOST_VALUES], *more])


def _repair(change: Change) -> str:
    if change.kind is Kind.DELETED and change.type == "aws_kms_key":
        return f"{PENDING_KEY}: aws kms cancel-key-deletion --key-id {change.name}, then enable-key"
    repair = REPAIRS[change.repair]
    return f"{repair}: {change.remedy}" if change.remedy else repair


def _value(value: Any) -> str:
    shown = "not set" if value in (None, "", [], {}) else json.dumps(value, ensure_ascii=False)
    return shown if len(shown) <= LONGEST_VALUE else f"{shown[: LONGEST_VALUE - 1]}…"


def _entry(item: Evaluated) -> dict[str, Any]:
    change = item.change
    return {
        "address": change.address,
        "name": change.name,
        "change": change.kind.value,
        "argument": change.argument or None,
        "differences": [{"path": each.path, "before": each.before, "after": each.after} for each in change.differences],
        "added": change.added or None,
        "rules": list(item.rules),
        "findings": [str(finding) for finding in item.findings],
        "make_deploy": change.repair.value,
        "remedy": change.remedy or None,
        "text": one_line(text(change)),
    }
