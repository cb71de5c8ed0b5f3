"""Errors as a client sees them: RFC 9457 problem details."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from payments import cards

MEDIA_TYPE = "application/problem+json"
# After which a request whose outcome is pending is worth repeating.
RETRY_SECONDS = "5"


@dataclass(frozen=True)
class FieldError:
    """What is wrong with one field: its JSON pointer (RFC 6901; a header or path parameter by name), and the rule."""

    pointer: str
    detail: str


def child(pointer: str, name: str) -> str:
    """The JSON pointer of an object's member; a name that the client made up is not repeated at length."""
    return f"{pointer}/{name.replace('~', '~0').replace('/', '~1')[:64]}"


@dataclass
class Problem(Exception):  # noqa: N818 - RFC 9457 calls it that
    """A request that is answered with an error; `detail` and `errors` never repeat a value that the client sent."""

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
            # A name cut short may read as a card number that the whole did not.
            document["errors"] = [{**vars(error), "pointer": cards.redact(error.pointer)} for error in self.errors]
        return document


def invalid(*errors: FieldError) -> Problem:
    return Problem(HTTPStatus.BAD_REQUEST, "invalid-request", "Some of the request is not acceptable.", errors)


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
        f"A payment that is {state.replace('_', ' ')} allows no {step}.",
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
        "The gateway declined it. The same request with the same Idempotency-Key will not be tried again.",
        extensions={"payment_id": payment_id, "decline_code": code},
    )


def amount_exceeded(state: str, step: str, limit: int) -> Problem:
    return Problem(
        HTTPStatus.CONFLICT,
        "amount-exceeded",
        f"The amount is more than what is left to {step}.",
        (FieldError("/amount", f"is at most {limit}"),),
        extensions={"state": state, "limit": limit},
    )


def too_many_steps(state: str) -> Problem:
    return Problem(
        HTTPStatus.CONFLICT,
        "too-many-steps",
        "This payment has had as many captures and refunds as one can have.",
        extensions={"state": state},
    )


def unavailable() -> Problem:
    return Problem(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "ledger-unavailable",
        "The ledger did not answer. Send the same request with the same Idempotency-Key again.",
        headers={"Retry-After": "1"},
    )
