"""Errors for clients: RFC 9457 problem details."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from payments import cards

MEDIA_TYPE = "application/problem+json"
# When a request with a pending outcome may be repeated.
RETRY_SECONDS = "5"


@dataclass(frozen=True)
class FieldError:
    """An invalid field: its JSON pointer (RFC 6901; headers and path parameters by name), and the violated rule."""

    pointer: str
    detail: str


def child(pointer: str, name: str) -> str:
    """Return the JSON pointer of an object's member; a long name from the client is shortened."""
    return f"{pointer}/{name.replace('~', '~0').replace('/', '~1')[:64]}"


@dataclass
class Problem(Exception):  # noqa: N818 - RFC 9457 calls it that
    """An error answer to a request; `detail` and `errors` never contain a value that the client sent."""

    status: HTTPStatus
    name: str
    detail: str
    errors: tuple[FieldError, ...] = ()
    headers: dict[str, str] = field(default_factory=dict)
    extensions: Mapping[str, str | int | bool] = field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        document: dict[str, Any] = {
            "type": f"urn:payments:problem:{self.name}",
            "title": self.name.replace("-", " ").capitalize(),
            "status": int(self.status),
            "detail": self.detail,
            **self.extensions,
        }
        if self.errors:
            # Shortening a name can produce a card number.
            document["errors"] = [{**vars(error), "pointer": cards.redact(error.pointer)} for error in self.errors]
        return document


def invalid(*errors: FieldError) -> Problem:
    return Problem(HTTPStatus.BAD_REQUEST, "invalid-request", "The request is invalid.", errors)


def not_found() -> Problem:
    return Problem(HTTPStatus.NOT_FOUND, "payment-not-found", "There is no such payment.")


def conflict() -> Problem:
    return Problem(
        HTTPStatus.CONFLICT,
        "idempotency-conflict",
        "This Idempotency-Key was used before with another body. Use a new key for a new request.",
    )


def state_forbids(state: str, step: str) -> Problem:
    return Problem(
        HTTPStatus.CONFLICT,
        "state-forbids",
        f"A payment that is {state.replace('_', ' ')} cannot have a {step}.",
        extensions={"state": state},
    )


def step_pending(state: str, step: str) -> Problem:
    return Problem(
        HTTPStatus.CONFLICT,
        "step-pending",
        f"A {step} of this payment waits for the gateway's answer. Ask again when it is known.",
        extensions={"state": state, "pending_step": step},
        headers={"Retry-After": RETRY_SECONDS},
    )


def declined(payment_id: str, code: str) -> Problem:
    return Problem(
        HTTPStatus.PAYMENT_REQUIRED,
        "declined",
        "The gateway declined. Repeating the request with the same Idempotency-Key will not call the gateway again.",
        extensions={"payment_id": payment_id, "decline_code": code},
    )


def amount_exceeded(state: str, step: str, limit: int) -> Problem:
    return Problem(
        HTTPStatus.CONFLICT,
        "amount-exceeded",
        f"The amount is larger than what is left to {step}.",
        (FieldError("/amount", f"must be at most {limit}"),),
        extensions={"state": state, "limit": limit},
    )


def too_many_steps(state: str) -> Problem:
    return Problem(
        HTTPStatus.CONFLICT,
        "too-many-steps",
        "This payment has reached the maximum number of captures and refunds.",
        extensions={"state": state},
    )


def unavailable() -> Problem:
    return Problem(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "ledger-unavailable",
        "The ledger did not answer. Repeat the request with the same Idempotency-Key.",
        headers={"Retry-After": "1"},
    )
