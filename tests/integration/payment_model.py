"""What test_model.py knows of a payment. Written from docs/payments.md; it shares no code with the service."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from lib.targets.payments_client import Answer

# What the simulated gateway does with a payment, by its token: lib/lambda/payments/simulated.py.
APPROVED, NO_REFUNDS = "tok_model", "tok_refund_declined"
DECLINED = "tok_declined_expired_card"
OPEN, OPEN_DECLINED = "tok_unknown_then_approved", "tok_unknown_then_declined"
TOKENS = (APPROVED, APPROVED, NO_REFUNDS, DECLINED, OPEN, OPEN_DECLINED)
CODES = {DECLINED: "expired_card", OPEN_DECLINED: "do_not_honor"}
# State -> step -> allowed. docs/payments.md, States.
ALLOWED = {
    "pending": set(),
    "declined": set(),
    "authorized": {"capture", "void"},
    "captured": {"refunds"},
    "partially_refunded": {"refunds"},
    "refunded": set(),
    "voided": set(),
}
NEVER_CHANGE = ("payment_id", "merchant_id", "amount", "currency", "livemode", "created_at")


@dataclass
class Payment:
    """What the model knows of a payment, and what was answered to each key. `outcome` is what its gateway answers."""

    merchant: str
    request: dict[str, Any]
    key: str
    made: dict[str, Any]  # its first answer, or what it was read as right after
    outcome: str
    is_pending: bool
    captured: int = 0
    refunded: int = 0
    voided: bool = False
    refunds: list[tuple[int, str]] = field(default_factory=list)
    steps: dict[str, tuple[str, Any, Answer]] = field(default_factory=dict)  # key -> step, body, answer

    @property
    def payment_id(self) -> str:
        return str(self.made["payment_id"])

    @property
    def amount(self) -> int:
        return int(self.request["amount"])

    @property
    def status(self) -> str:
        if self.is_pending:
            return "pending"
        if self.outcome == "declined":
            return "declined"
        if self.voided:
            return "voided"
        if not self.captured:
            return "authorized"
        if not self.refunded:
            return "captured"
        return "refunded" if self.refunded == self.captured else "partially_refunded"

    def settle(self) -> None:
        """The gateway's answer is known."""
        self.is_pending = False
        self.captured = self.amount if self.outcome == "captured" else 0

    def is_shown_as(self, body: dict[str, Any], *, in_a_list: bool = False) -> bool:
        """The answer says of it what the model does."""
        expected = {
            **{name: self.made[name] for name in NEVER_CHANGE},
            "status": self.status,
            "captured": self.captured,
            "refunded": self.refunded,
            "updated_at": body["updated_at"],
        }
        if self.status == "declined":
            expected["decline_code"] = CODES[self.request["payment_token"]]
        if self.status == "authorized":
            expected["capture_before"] = body["capture_before"]
        if self.refunds and not in_a_list:
            shown = [(refund["amount"], refund["status"]) for refund in body["refunds"]]
            expected["refunds"] = body["refunds"] if shown == self.refunds else self.refunds
        return body == expected and self.refunded <= self.captured <= self.amount
