"""The errors of payments: refused requests, and services that do not answer. problems.py converts them to HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar


class UnavailableError(Exception):
    """A service that payments need (DynamoDB, KMS) did not answer. The caller may repeat the call."""


@dataclass(frozen=True)
class FieldError:
    """An invalid field: its JSON pointer (RFC 6901; headers and path parameters by name), and the violated rule."""

    pointer: str
    detail: str


def child(pointer: str, name: str) -> str:
    """Return the JSON pointer of an object's member; a long name from the client is shortened."""
    return f"{pointer}/{name.replace('~', '~0').replace('/', '~1')[:64]}"


@dataclass
class PaymentError(Exception):
    """A refused request. `detail` and `errors` never repeat a value that the client sent.

    `facts`: further members of the answer about the payment, such as `state` or `limit`.
    """

    name: ClassVar[str]
    detail: str
    errors: tuple[FieldError, ...] = ()
    facts: Mapping[str, str | int | bool] = field(default_factory=dict)


class InvalidRequestError(PaymentError):
    name = "invalid-request"

    def __init__(self, *errors: FieldError) -> None:
        super().__init__("The request is invalid.", errors)


class PaymentNotFoundError(PaymentError):
    name = "payment-not-found"

    def __init__(self) -> None:
        super().__init__("There is no such payment.")


class IdempotencyConflictError(PaymentError):
    name = "idempotency-conflict"

    def __init__(self) -> None:
        super().__init__("This Idempotency-Key was used before with another body. Use a new key for a new request.")


class StateForbidsError(PaymentError):
    name = "state-forbids"

    def __init__(self, state: str, step: str) -> None:
        detail = f"A payment that is {state.replace('_', ' ')} cannot have a {step}."
        super().__init__(detail, facts={"state": state})


class StepPendingError(PaymentError):
    name = "step-pending"

    def __init__(self, state: str, step: str) -> None:
        detail = f"A {step} of this payment waits for the gateway's answer. Ask again when it is known."
        super().__init__(detail, facts={"state": state, "pending_step": step})


class AmountExceededError(PaymentError):
    name = "amount-exceeded"

    def __init__(self, state: str, step: str, limit: int) -> None:
        super().__init__(
            f"The amount is larger than what is left to {step}.",
            (FieldError("/amount", f"must be at most {limit}"),),
            {"state": state, "limit": limit},
        )


class TooManyStepsError(PaymentError):
    name = "too-many-steps"

    def __init__(self, state: str) -> None:
        super().__init__("This payment has reached the maximum number of captures and refunds.", facts={"state": state})
