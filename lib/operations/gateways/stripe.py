"""Reads Stripe's record in test mode: PaymentIntents and refunds, 100 in each request.

docs.stripe.com/api/payment_intents/list, docs.stripe.com/api/refunds/list. docs/gateway.md describes the metadata, and
has the checklist for live mode. Live keys are refused.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import requests

from lib.errors import ToolError
from lib.operations.gateway_key import KEY
from lib.operations.gateways.record import (
    AUTHORIZED,
    CAPTURED,
    DECLINED,
    PENDING,
    SUCCEEDED,
    VOIDED,
    Charge,
    Found,
    Refund,
)
from lib.operations.ledger import Payment

BASE = "https://api.stripe.com"
VERSION = "2026-10-28.endive"  # docs.stripe.com/api/versioning: the version that the functions use
PAGE = 100
TIMEOUT = (5.0, 30.0)  # seconds: to connect, to read
ATTEMPTS = 6
LONGEST_WAIT_SECONDS = 30.0
# An authorization is captured or voided within a week, so its charge may be a week older than the capture.
CAPTURED_LATER = timedelta(days=8)

Object = dict[str, Any]
INTENTS, REFUNDS = "/v1/payment_intents", "/v1/refunds"
STATES = {
    "canceled": VOIDED,
    "processing": PENDING,
    "requires_action": PENDING,
    "requires_capture": AUTHORIZED,
    "requires_confirmation": PENDING,
    "requires_payment_method": DECLINED,
    "succeeded": CAPTURED,
}
REFUND_STATES = {"succeeded": SUCCEEDED, "failed": DECLINED, "canceled": DECLINED}


@dataclass
class Stripe:
    """Stripe's record. `key`: a test-mode key. `base`: Stripe's address, or a loopback address in tests.

    Raises ToolError for another key or address.
    """

    key: str = field(repr=False)
    base: str = BASE
    sleep: Callable[[float], None] = time.sleep
    keeps_record: bool = True

    def __post_init__(self) -> None:
        if not KEY.fullmatch(self.key):
            raise ToolError("the gateway's secret has no key of Stripe's test mode (sk_test_…, rk_test_…)")
        if self.base != BASE and urlsplit(self.base).hostname != "127.0.0.1":
            raise ToolError(f"{self.base} is neither {BASE} nor on 127.0.0.1; a key is sent nowhere else")
        self._session = requests.Session()
        self._session.trust_env = self.base == BASE  # proxies of the environment do not reach this machine
        self._session.auth = (self.key, "")
        self._session.headers["Stripe-Version"] = VERSION

    def charges(self, begin: datetime, end: datetime) -> Iterator[Charge]:
        for intent in self._listed(INTENTS, begin - CAPTURED_LATER, end, "data.latest_charge"):
            if _payment_id(intent):
                yield _charge(intent)

    def refunds(self, begin: datetime, end: datetime) -> Iterator[Refund]:
        for refund in self._listed(REFUNDS, begin, end, "data.payment_intent"):
            intent = refund.get("payment_intent")
            if isinstance(intent, dict) and (payment_id := _payment_id(intent)) and not _is_release(refund, intent):
                yield _refund(refund, payment_id)

    def look_up(self, payment: Payment) -> Found:
        if payment.gateway_reference is None:
            return Found()
        intent = self._get(f"{INTENTS}/{payment.gateway_reference}", {"expand[]": "latest_charge"})
        if intent is None:
            return Found()
        refunds = self._pages(REFUNDS, {"payment_intent": payment.gateway_reference})
        made = (_refund(refund, payment.payment_id) for refund in refunds if not _is_release(refund, intent))
        return Found((_charge(intent),), tuple(made))

    def _listed(self, path: str, begin: datetime, end: datetime, expand: str) -> Iterator[Object]:
        first = max(0, int(begin.timestamp()))
        created = {"created[gte]": first, "created[lt]": int(end.timestamp()) + 1}
        return self._pages(path, {**created, "expand[]": expand})

    def _pages(self, path: str, parameters: Mapping[str, str | int]) -> Iterator[Object]:
        place: dict[str, str] = {}
        while True:
            page = self._get(path, {**parameters, "limit": PAGE, **place}) or {}
            found: list[Object] = page.get("data", [])
            for one in found:
                _refuse_live(one)
                yield one
            if not page.get("has_more") or not found:
                return
            place = {"starting_after": found[-1]["id"]}

    def _get(self, path: str, parameters: Mapping[str, str | int]) -> Object | None:
        """Return an object; None if it does not exist. Raises ToolError without any part of the key."""
        reason = ""
        for attempt in range(ATTEMPTS):
            if attempt:
                self.sleep(min(2.0**attempt, LONGEST_WAIT_SECONDS))
            try:
                answer = self._session.get(self.base + path, params=parameters, timeout=TIMEOUT, allow_redirects=False)
            except requests.RequestException as error:
                reason = type(error).__name__
                continue
            if answer.status_code == 200:
                return _object(answer, path)
            if answer.status_code == 404:
                return None
            reason = f"HTTP {answer.status_code}"
            if answer.status_code not in (409, 429) and answer.status_code < 500:
                break
        hint = "; store a valid key with make gateway-key" if reason == "HTTP 401" else "; run it again"
        raise ToolError(f"Stripe did not answer GET {path}: {reason}{hint}")


def _object(answer: requests.Response, path: str) -> Object:
    try:
        found = answer.json()
    except requests.JSONDecodeError:
        found = None
    if not isinstance(found, dict):
        raise ToolError(f"Stripe answered GET {path} with something else than a JSON object")
    _refuse_live(found)
    return found


def _refuse_live(found: Object) -> None:
    if found.get("livemode", False) is not False:
        raise ToolError("Stripe answered in live mode; store a key of the test mode with make gateway-key")


def _payment_id(intent: Object) -> str | None:
    """Return the payment's id; None for a PaymentIntent that this stack did not create."""
    payment_id = (intent.get("metadata") or {}).get("payment_id")
    return payment_id if isinstance(payment_id, str) and payment_id else None


def _is_release(refund: Object, intent: Object) -> bool:
    """Return whether the refund is Stripe's own: Stripe releases the rest after a partial capture as a refund."""
    released = intent["amount"] - (intent.get("amount_received") or 0)
    return not refund.get("metadata") and intent["status"] == "succeeded" and refund["amount"] == released


def _charge(intent: Object) -> Charge:
    state = STATES.get(intent["status"], PENDING)
    if state == VOIDED and intent.get("latest_charge") is None:
        state = DECLINED  # cancelled because Stripe required the payer to act
    return Charge(
        payment_id=str(_payment_id(intent)),
        reference=intent["id"],
        key=str((intent.get("metadata") or {}).get("key")),
        amount=intent["amount"],
        currency=intent["currency"].upper(),
        state=state,
        captured=intent.get("amount_received") or 0,
        created=_time(intent),
        livemode=bool(intent.get("livemode", False)),
    )


def _refund(refund: Object, payment_id: str) -> Refund:
    return Refund(
        payment_id=payment_id,
        reference=refund["id"],
        key=str((refund.get("metadata") or {}).get("key")),
        amount=refund["amount"],
        state=REFUND_STATES.get(refund.get("status") or "", PENDING),
        created=_time(refund),
    )


def _time(found: Object) -> str:
    return datetime.fromtimestamp(found["created"], UTC).isoformat().replace("+00:00", "Z")
