"""An adapter and what its gateway knows: what the tests of the contract need of each."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Protocol

from payments.gateway import Charge, Gateway
from payments.simulated import Simulated
from payments.stripe import Stripe
from payments.stripe_api import StripeApi
from payments.stripe_key import Keys

from .proxy import ANSWER_LOST, KEY, Proxy


@dataclass(frozen=True)
class Effects:
    """What happened to a payment at the gateway."""

    payments: int
    refunds: list[int]


class Harness(Protocol):
    """`tokens`: case -> payment token. An adapter without a memory of its own has no effects to count."""

    gateway: Gateway
    tokens: dict[str, str]

    def without_answer(self, token: str) -> str:
        """The next call has its effect, and its answer does not arrive; the token to make it with."""

    def effects(self, payment_id: str) -> Effects | None:
        """None where the gateway keeps nothing."""


def charge(token: str, amount: int = 4200, currency: str = "EUR") -> Charge:
    """Of a payment that nobody has made."""
    payment_id = f"pay_{uuid.uuid4().hex.translate(str.maketrans('0189', 'ghij'))}"
    return Charge(payment_id, "coffee-house", amount, currency, token)


@dataclass
class SimulatedHarness:
    gateway: Gateway = field(default_factory=lambda: Simulated(sleep=lambda _: None))
    tokens: dict[str, str] = field(
        default_factory=lambda: {
            "approved": "tok_visa",
            "insufficient_funds": "tok_declined_insufficient_funds",
            "lost_card": "tok_declined_lost_card",
        }
    )

    def without_answer(self, token: str) -> str:
        return {"tok_visa": "tok_unknown_then_approved"}[token]

    def effects(self, payment_id: str) -> Effects | None:  # noqa: ARG002
        return None


@dataclass
class FixedKeys:
    """What Secrets Manager holds, without it: the key, and what takes its place when Stripe refuses it."""

    key: str = KEY
    next: str | None = None

    def current(self) -> str:
        return self.key

    def renewed(self, refused: str) -> str | None:
        self.key = self.next or self.key
        return self.key if self.key != refused else None


class StripeHarness:
    """The real adapter, over HTTP to a proxy of localstripe."""

    def __init__(self, proxy: Proxy, keys: Keys | None = None) -> None:
        self.proxy = proxy
        self.gateway: Gateway = Stripe(StripeApi(keys or FixedKeys(), proxy.url))
        self.tokens = {
            "approved": "pm_card_visa",
            "insufficient_funds": "pm_card_visa_chargeDeclinedInsufficientFunds",
            "lost_card": "pm_card_visa_chargeDeclinedLostCard",
        }

    def without_answer(self, token: str) -> str:
        self.proxy.fail(ANSWER_LOST)
        return token

    def effects(self, payment_id: str) -> Effects | None:
        intents = self.proxy.upstream.intents_of.get(payment_id, [])
        refunds = [refund["amount"] for intent in intents for refund in self.proxy.upstream.refunds(intent)]
        return Effects(len(intents), refunds)
