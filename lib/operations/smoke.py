"""`make smoke`: makes one payment through the deployed API, follows it to its audit record and receipt, and refunds it.

The command is safe in production. It has its own merchant and idempotency keys, and sends no request that the API
refuses. It reads only audit objects that were written since it began, and waits if the API or a service throttles it.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import requests
from rich.markup import escape

from lib.console.polling import wait_for
from lib.console.progress import Progress
from lib.errors import ToolError
from lib.operations.archive import RECEIPTS, ArchiveReader, document
from lib.operations.deployed import Deployed
from lib.targets.backoff import pauses, wait_seconds
from lib.targets.payments_client import Answer, PaymentsClient

AMOUNT = 100  # in minor units: one euro
SIMULATED_TOKEN, STRIPE_TOKEN = "tok_smoke", "pm_card_visa"  # docs.stripe.com/testing
# Versions of the payment: each step has an intent and an outcome.
PAID, REFUNDED = 2, 4
# In seconds. The archiver waits for its batching window, and may have a cold start.
ARCHIVE_SECONDS = 180.0
LOOK_SECONDS = 1.0
PENDING = 202  # the outcome is unknown; the client repeats the request (docs/payments.md)
GIVE_UP_SECONDS = 60.0
CLOCKS_DIFFER = timedelta(minutes=5)


class SmokeError(Exception):
    """The deployed stack does not work as documented. The message is one line."""


@dataclass
class Smoke:
    """One run of the smoke test, with a merchant and idempotency keys of its own."""

    stack: Deployed
    progress: Progress
    name: str = field(default_factory=lambda: f"smoke-{letters()}")
    archive_seconds: float = ARCHIVE_SECONDS

    def __post_init__(self) -> None:
        self.api: PaymentsClient = self.stack.payments(self.name)
        self.reader = ArchiveReader(self.stack.connect("s3"), self.stack.outputs["audit_bucket_name"])

    def run(self) -> int:
        """Run the test. Returns 0 if everything worked, else 1. The payment is refunded in both cases."""
        try:
            with self.progress.step(f"a payment to {self.stack.name}") as step:
                payment = self._pay()
                step.result(payment["payment_id"])
            try:
                self._follow(payment, PAID, "captured")
            finally:
                with self.progress.step("its refund") as step:
                    self._refund(payment["payment_id"])
                    step.result("refunded in full")
            self._follow(payment, REFUNDED, "refunded")
        except (SmokeError, requests.RequestException) as error:
            self.progress.show(f"[red]smoke failed[/red]  {escape(str(error))}")
            return 1
        self.progress.show("[green]paid, archived and refunded[/green]")
        return 0

    def _pay(self) -> Mapping[str, Any]:
        token = STRIPE_TOKEN if self.stack.outputs["gateway_secret_arn"] else SIMULATED_TOKEN
        body = {"amount": AMOUNT, "currency": "EUR", "payment_token": token}
        answer = self._repeated("the payment", lambda: self.api.create(body, f"{self.name}-payment"))
        # 200 after a lost answer, because the request was repeated.
        if answer.status not in (200, 201) or answer.body.get("status") != "captured":
            raise SmokeError(f"POST {self.api.path} answered {answer.status}, expected 201 and captured: {answer.body}")
        paid: Mapping[str, Any] = answer.body
        return paid

    def _refund(self, payment_id: str) -> None:
        answer = self._repeated(
            "the refund",
            lambda: self.api.step(payment_id, "refunds", {"amount": AMOUNT}, f"{self.name}-refund"),
        )
        if answer.status not in (200, 201):
            raise SmokeError(
                f"the refund of {payment_id} was answered with {answer.status}: {answer.body}; refund it by hand, "
                f"with the Idempotency-Key {self.name}-refund"
            )

    def _repeated(self, what: str, send: Callable[[], Answer]) -> Answer:
        """Repeat a request with the same key until its outcome is known; return the answer."""
        end = time.monotonic() + GIVE_UP_SECONDS
        for pause in pauses():
            try:
                answer = send()
            except requests.RequestException:
                if time.monotonic() > end:
                    raise
                time.sleep(pause)
            else:
                if answer.status != PENDING:
                    return answer
                if time.monotonic() > end:
                    raise SmokeError(f"the outcome of {what} has not been known for {GIVE_UP_SECONDS:g} s")
                time.sleep(wait_seconds(pause, answer.headers))
        raise AssertionError("pauses() has no end")

    def _follow(self, payment: Mapping[str, Any], version: int, status: str) -> None:
        """Wait for the audit record and the receipt of that version of the payment, and compare them."""
        payment_id = payment["payment_id"]
        since = datetime.fromisoformat(payment["created_at"]) - CLOCKS_DIFFER
        with self.progress.step(f"its audit record and receipt, {status}") as step:
            try:
                record = wait_for(
                    f"the audit record of version {version} of {payment_id}",
                    lambda: self._audited(payment_id, version, since),
                    self.archive_seconds,
                    LOOK_SECONDS,
                )
                receipt = wait_for(
                    f"the receipt of version {version} of {payment_id}",
                    lambda: self._receipt(payment_id, version),
                    self.archive_seconds,
                    LOOK_SECONDS,
                )
            except ToolError as error:
                raise SmokeError(f"{error}; docs/runbooks/archive-failures.md says where to look") from error
            expected = {"amount": AMOUNT, "merchant_id": self.name, "status": status}
            for where, found in (("audit record", record["after"] or {}), ("receipt", receipt)):
                if differing := {name: found.get(name) for name in expected if found.get(name) != expected[name]}:
                    raise SmokeError(f"the {where} of {payment_id} says {differing}, expected {expected}")
            step.result(f"version {version}")

    def _audited(self, payment_id: str, version: int, since: datetime) -> dict[str, Any] | None:
        for _, record in self.reader.audit_since(since):
            if (record["payment_id"], int(record["version"])) == (payment_id, version):
                return record
        return None

    def _receipt(self, payment_id: str, version: int) -> dict[str, Any] | None:
        key = f"{RECEIPTS}{self.name}/{payment_id}.json"
        content = self.reader.read(key)
        receipt = document(key, content) if content is not None else {}
        return receipt if receipt.get("version") == version else None


def letters() -> str:
    """Return a new random name. It has no digits, because digits could look like a card number."""
    return uuid.uuid4().hex.translate(str.maketrans("0123456789", "ghijklmnop"))
