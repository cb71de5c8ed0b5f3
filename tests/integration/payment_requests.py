"""Requests to the deployed API, and its refusals."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from lib.targets.deployment import MERCHANT, Deployment
from lib.targets.payments_client import Answer

Wish = Callable[..., dict[str, Any]]


def problem(answer: Answer, status: int) -> dict[str, Any]:
    """The problem details of a refusal."""
    assert answer.status == status, answer.body
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.body["status"] == status
    body: dict[str, Any] = answer.body
    return body


def step(
    deployment: Deployment,
    payment_id: str,
    name: str,
    body: Any,
    key: str | None,
    headers: dict[str, str] | None = None,
) -> Answer:
    """A step, with these headers and no others."""
    sent = {"content-type": "application/json", **({"idempotency-key": key} if key else {}), **(headers or {})}
    return deployment.payments.call(
        "POST", f"{deployment.payments.path}/{payment_id}/{name}", sent, "" if body is None else json.dumps(body)
    )


def listed(deployment: Deployment, merchant: str = MERCHANT, **query: str) -> Answer:
    return deployment.payments.of(merchant).list(**query)
