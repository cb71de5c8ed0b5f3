"""A payment in DynamoDB's format: {"amount": {"N": "100"}, …}. Empty values are left out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from payments.payment import Payment
from payments.step import Step

Item = Mapping[str, Mapping[str, Any]]


def to_item(payment: Payment) -> dict[str, dict[str, Any]]:
    values = {**vars(payment), "steps": {key: step_values(step) for key, step in payment.steps.items()}}
    return {name: attribute(value) for name, value in values.items() if value not in (None, {}, "")}


def from_item(item: Item) -> Payment:
    """Return the payment in an item of the table or of an index. Raises ValueError if the item is not a payment."""
    try:
        values = {name: value_of(item[name]) for name in Payment.__dataclass_fields__ if name in item}
        steps = {key: Step(key=key, **step) for key, step in values.get("steps", {}).items()}
        return Payment(**{**values, "steps": steps})
    except (TypeError, AttributeError) as error:
        raise ValueError(f"the item is not a payment: {error}") from error


def step_values(step: Step) -> dict[str, Any]:
    """Return the values of a step that the item stores under the step's key."""
    return {name: value for name, value in vars(step).items() if name != "key" and value is not None}


def attribute(value: Any) -> dict[str, Any]:
    """Return a boolean, integer, string, or mapping of these in the format of DynamoDB's API."""
    if isinstance(value, bool):
        return {"BOOL": value}
    if isinstance(value, int):
        return {"N": str(value)}
    if isinstance(value, Mapping):
        return {"M": {name: attribute(inner) for name, inner in value.items()}}
    return {"S": value}


def value_of(spelled: Mapping[str, Any]) -> Any:
    ((kind, value),) = spelled.items()
    if kind == "N":
        return int(value)
    if kind == "M":
        return {name: value_of(inner) for name, inner in value.items()}
    if kind in ("S", "BOOL"):
        return value
    raise ValueError(f"a payment has no attribute of type {kind}")
