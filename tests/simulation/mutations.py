"""Mistakes that the simulation must find: each changes one place of the functions' code, in a copy of it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

SOURCES = Path(__file__).resolve().parents[2] / "lib" / "lambda"


@dataclass(frozen=True)
class Mutation:
    """`old` stands in the module once."""

    name: str
    module: str
    old: str
    new: str

    def plant(self, folder: Path) -> Path:
        """A copy of the functions' code with the mistake, below the folder: what to put on the path."""
        copied = folder / "lambda"
        shutil.copytree(SOURCES, copied, ignore=shutil.ignore_patterns("__pycache__"))
        path = copied / "payments" / f"{self.module}.py"
        text = path.read_text()
        if text.count(self.old) != 1:
            raise ValueError(f"{self.module}.py has {self.old!r} {text.count(self.old)} times: adapt the mutation")
        path.write_text(text.replace(self.old, self.new))
        return copied


MUTATIONS = [
    Mutation(
        "the outcome is written without a condition",
        "expressions",
        '["#merchant_id = :merchant_id", "#steps.#key.#state = :pending"]',
        '["#merchant_id = :merchant_id"]',
    ),
    Mutation(
        "the gateway's key is not derived from the step",
        "step",
        'return f"{payment_id}_{self.kind}" if self.makes_the_payment else f"{payment_id}_{self.kind}_{self.key}"',
        'return f"{payment_id}_{self.kind}"',
    ),
    Mutation(
        "a refund reserves nothing",
        "expressions",
        '"#refundable = #refundable - :amount, #pending_refunds = ',
        '"#pending_refunds = ',
    ),
    Mutation(
        "a refund that is declined stays reserved",
        "expressions",
        '"#refundable = #refundable + :amount, #steps.#key.#decline_code = :decline_code"',
        '"#steps.#key.#decline_code = :decline_code"',
    ),
    Mutation(
        "a capture that is pending lets another step begin",
        "expressions",
        'CAPTURE: "#status = :capturing, #due_at',
        'CAPTURE: "#due_at',
    ),
    Mutation(
        "the outcome of one refund hides another that is pending",
        "expressions",
        '            conditions.append("#pending_refunds = :one")\n',
        "",
    ),
    Mutation(
        "after a day the gateway is asked again without a look",
        "gateway_calls",
        "if repeat and self.clock() - moment(step.at) >= KEY_LIFETIME:",
        "if False:",
    ),
    Mutation(
        "an intent is not found by the settler",
        "expressions",
        "#steps.#key = :step, #awaiting = :gateway",
        "#steps.#key = :step",
    ),
    Mutation(
        "a key that comes with another amount is taken for a replay",
        "step",
        "return (self.kind, self.amount) == (other.kind, other.amount)",
        "return self.kind == other.kind",
    ),
    Mutation(
        "a replay answers the payment as it is now",
        "service",
        "payment.as_of(step) if step.state == SUCCEEDED else payment",
        "payment",
    ),
    Mutation(
        "an authorization is not given to the settler",
        "completion",
        "    if step.kind == AUTHORIZE and isinstance(answer, Approved):\n"
        "        return timestamp(_last_moment(payment, answer.capture_before))\n",
        "",
    ),
    Mutation(
        "the token is kept",
        "expressions",
        '["#payment_token"] if step.makes_the_payment else []',
        "[]",
    ),
    Mutation(
        "a payment that is declined is answered as made",
        "processor",
        "    if step.state == DECLINED:\n",
        "    if False:\n",
    ),
    Mutation(
        "a postponement is audited as a change",
        "archiver",
        "[] if change.is_postponement else [change]",
        "[change]",
    ),
]
