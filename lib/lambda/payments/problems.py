"""Errors for clients: RFC 9457 problem details."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from payments import cards
from payments.errors import (
    AmountExceededError,
    FieldError,
    IdempotencyConflictError,
    InvalidRequestError,
    PaymentError,
    PaymentNotFoundError,
    StateForbidsError,
    StepPendingError,
    TooManyStepsError,
    UnavailableError,
)

MEDIA_TYPE = "application/problem+json"
# After this many seconds, a client may repeat a request whose outcome is pending.
RETRY_SECONDS = "5"
STATUSES: Mapping[type[PaymentError], HTTPStatus] = {
    InvalidRequestError: HTTPStatus.BAD_REQUEST,
    PaymentNotFoundError: HTTPStatus.NOT_FOUND,
    IdempotencyConflictError: HTTPStatus.CONFLICT,
    StateForbidsError: HTTPStatus.CONFLICT,
    StepPendingError: HTTPStatus.CONFLICT,
    AmountExceededError: HTTPStatus.CONFLICT,
    TooManyStepsError: HTTPStatus.CONFLICT,
}


@dataclass
class Problem(Exception):  # noqa: N818 - RFC 9457 calls it that
    """An error answer to a request. `detail` and `errors` never contain a value that the client sent."""

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


def problem_of(error: Problem | PaymentError | UnavailableError) -> Problem:
    """Convert an error to the Problem that the client gets."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, UnavailableError):
        return Problem(
            HTTPStatus.SERVICE_UNAVAILABLE,
            "ledger-unavailable",
            "The ledger did not answer. Repeat the request with the same Idempotency-Key.",
            headers={"Retry-After": "1"},
        )
    headers = {"Retry-After": RETRY_SECONDS} if isinstance(error, StepPendingError) else {}
    return Problem(STATUSES[type(error)], error.name, error.detail, error.errors, headers, error.facts)


def declined(payment_id: str, code: str) -> Problem:
    return Problem(
        HTTPStatus.PAYMENT_REQUIRED,
        "declined",
        "The gateway declined. Repeating the request with the same Idempotency-Key will not call the gateway again.",
        extensions={"payment_id": payment_id, "decline_code": code},
    )
