"""Converts deployed values to the form of the synthesized JSON: references instead of ARNs, names and the account.

The rules accept a key, topic or role of the stack only as a reference, but AWS returns its ARN.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lib.aspects.expressions import Reference, references
from lib.drift.refreshed import Refreshed

CALLER, PARTITION, REGION = "aws_caller_identity", "aws_partition", "aws_region"


@dataclass(frozen=True)
class Known:
    """The known references. `whole`: value -> reference. `inside`: (pattern, reference) for parts of longer strings."""

    whole: Mapping[str, str]
    inside: tuple[tuple[re.Pattern[str], str], ...]

    @classmethod
    def of(cls, content: Mapping[str, Any], state: Refreshed) -> Known:
        """Collect the references in the JSON with their deployed values, and the ARNs of managed resources."""
        by_address = {item.address: item for item in state.resources}
        found: dict[str, str] = {}
        account: list[tuple[re.Pattern[str], str]] = []
        for to in _references(content):
            item = by_address.get(to.address)
            value = item[to.attribute] if item else None
            if isinstance(value, str) and value and not value.startswith("{"):
                reference = f"${{{to.address}.{to.attribute}}}"
                if to.type in (CALLER, PARTITION, REGION):
                    account.append((_part_of_arns(to.type, value), reference))
                else:
                    found.setdefault(value, reference)
        for item in state.resources:
            arn = item["arn"]
            if isinstance(arn, str) and arn and not item.address.startswith("data."):
                found.setdefault(arn, item.reference("arn"))
        arns = sorted((value for value in found if value.startswith("arn:")), key=len, reverse=True)
        inside = [(re.compile(rf"{re.escape(arn)}(?![\w.-])"), found[arn]) for arn in arns]
        return cls(found, (*inside, *account))

    def refer(self, value: Any) -> Any:
        """Return the value with references instead of known values, at every depth."""
        if isinstance(value, Mapping):
            return {name: self.refer(inner) for name, inner in value.items()}
        if isinstance(value, list):
            return [self.refer(inner) for inner in value]
        if not isinstance(value, str):
            return value
        if value in self.whole:
            return self.whole[value]
        for pattern, reference in self.inside:
            value = reference.join(pattern.split(value))
        return value


def _references(content: Mapping[str, Any]) -> Iterator[Reference]:
    yield from references(json.dumps({name: content.get(name) for name in ("resource", "data", "output")}))


def _part_of_arns(type_: str, value: str) -> re.Pattern[str]:
    """Return a pattern that matches the account, partition or region in an ARN. It finds an account in any text."""
    text = re.escape(value)
    if type_ == CALLER:
        return re.compile(rf"(?<![\w]){text}(?![\w])")
    return re.compile(rf"(?<=\barn:){text}(?=:)" if type_ == PARTITION else rf"(?<=:){text}(?=:)")
