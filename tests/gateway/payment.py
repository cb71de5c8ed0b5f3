"""One payment at Stripe, and each step of it as a call that can be repeated."""

from __future__ import annotations

import pytest

from payments.gateway import Answer, Approved

from .harness import Effects, StripeHarness, charge

STEPS = pytest.mark.parametrize("name", ["authorize", "sale", "capture", "void", "refund"])


class Payment:
    def __init__(self, stripe: StripeHarness, token: str = "pm_card_visa") -> None:  # noqa: S107
        self.stripe = stripe
        self.gateway = stripe.gateway
        self.charge = charge(token)
        self.payment_id = self.charge.payment_id
        self.reference = ""

    def authorize(self, repeat: bool = False) -> Answer:
        return self._referred(self.gateway.authorize(self.charge, f"{self.payment_id}-payment", repeat=repeat))

    def sale(self, repeat: bool = False) -> Answer:
        return self._referred(self.gateway.sale(self.charge, f"{self.payment_id}-payment", repeat=repeat))

    def capture(self, repeat: bool = False, amount: int = 4200) -> Answer:
        return self.gateway.capture(self.reference, amount, f"{self.payment_id}-capture", repeat=repeat)

    def void(self, repeat: bool = False) -> Answer:
        return self.gateway.void(self.reference, f"{self.payment_id}-void", repeat=repeat)

    def refund(self, repeat: bool = False) -> Answer:
        return self.gateway.refund(self.reference, 1000, f"{self.payment_id}-refund", repeat=repeat)

    def look_up(self, step: str = "payment") -> Answer | None:
        return self.gateway.look_up(self.payment_id, f"{self.payment_id}-{step}")

    def effects(self) -> Effects | None:
        return self.stripe.effects(self.payment_id)

    def _referred(self, answer: Answer) -> Answer:
        if isinstance(answer, Approved):
            self.reference = answer.reference
        return answer


def intent_of(payment: Payment) -> str:
    return payment.stripe.proxy.upstream.intents_of[payment.payment_id][0]
