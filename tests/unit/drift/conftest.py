"""Plans as `terraform show -json` writes them, of the synthesized stack."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from lib.drift.references import Known
from lib.drift.refreshed import Managed, Refreshed
from lib.drift.rules import Evaluation

ACCOUNT = "123456789012"
REGION = "us-east-1"


class Stack:
    """The synthesized JSON, the addresses by construct path, and a state with ARNs in AWS's form."""

    def __init__(self, template: Any) -> None:
        self.content: dict[str, Any] = copy.deepcopy(template.json)
        self._template = template

    def address(self, path: str) -> str:
        """Return the address of a construct such as `ledger/transactions`."""
        return str(self._template.ref(path, "x")).removeprefix("${").removesuffix(".x}")

    @property
    def state(self) -> Refreshed:
        made = [
            Managed(f"{type_}.{name}", type_, {"arn": arn(type_, name), "id": name, **literals(attributes)})
            for type_, of_type in self.content["resource"].items()
            for name, attributes in of_type.items()
        ]
        data = [
            Managed(self.address("account/caller"), "aws_caller_identity", {"account_id": ACCOUNT}),
            Managed(self.address("account/partition"), "aws_partition", {"partition": "aws"}),
            Managed(self.address("account/region"), "aws_region", {"name": REGION}),
        ]
        return Refreshed((*made, *data))

    @property
    def evaluation(self) -> Evaluation:
        return Evaluation(self.content, Known.of(self.content, self.state))

    def arn(self, path: str) -> str:
        return arn(*self.address(path).split(".", 1))


def arn(type_: str, name: str) -> str:
    return f"arn:aws:{type_.removeprefix('aws_').replace('_', '-')}:{REGION}:{ACCOUNT}:{name}"


def literals(attributes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in attributes.items() if name != "//" and "${" not in json.dumps(value)}


@pytest.fixture
def stack(template: Any) -> Stack:
    return Stack(template)


Plan = Callable[..., dict[str, Any]]


@pytest.fixture
def plan() -> Plan:
    """Return `plan(address, before, after, planned)`, which makes a plan with one changed resource.

    `after` None: the resource was deleted. `planned` None: an apply would leave the resource unchanged.
    """

    def make(address: str, before: Any, after: Any, planned: Any = None, actions: Any = None) -> dict[str, Any]:
        type_ = address.partition(".")[0]
        drift = {"actions": ["delete"] if after is None else ["update"], "before": before, "after": after}
        acts = actions or (["no-op"] if planned is None else ["create"] if after is None else ["update"])
        change = {"actions": acts, "before": after, "after": after if planned is None else planned}
        common = {"address": address, "mode": "managed", "type": type_}
        return {
            "resource_drift": [{**common, "change": drift}],
            "resource_changes": [{**common, "change": {**change, "after_unknown": {}}}],
        }

    return make
