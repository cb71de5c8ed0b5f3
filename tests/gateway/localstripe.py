"""A fake of Stripe's API, written by others (PyPI: localstripe), as a process of the tests; and what it lacks.

Its gaps are filled from Stripe's documentation, as far as the adapter can see them: codes of errors, test payment
methods, refunds that are too high, `metadata` of a capture, `capture_before`, the search.
"""

from __future__ import annotations

import base64
import contextlib
import json
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import urllib3

from lib import environments

HERE = Path(__file__).parent
INTENTS = "/v1/payment_intents"
CAPTURE_BEFORE_SECONDS = 5 * 24 * 3600  # other than the seven days that the adapter takes for want of an answer
# docs.stripe.com/testing: test payment methods -> decline_code. All are one card of localstripe's.
DECLINES = {
    "pm_card_visa_chargeDeclined": "generic_decline",
    "pm_card_visa_chargeDeclinedInsufficientFunds": "insufficient_funds",
    "pm_card_visa_chargeDeclinedLostCard": "lost_card",
}
DECLINED_CARD = "pm_card_chargeCustomerFail"
# A card of localstripe's that asks for 3-D Secure, made where it is first used.
ASKING = "pm_card_authenticationRequired"
ASKING_CARD = {
    "type": "card",
    "card[number]": "4000002500003155",
    "card[exp_month]": "12",
    "card[exp_year]": "2034",
    "card[cvc]": "314",
}
AUTHORIZATION = {"Authorization": f"Basic {base64.b64encode(b'sk_test_localstripe:').decode()}"}

Fields = dict[str, str]
Body = dict[str, Any]


@contextlib.contextmanager
def started() -> Iterator[LocalStripe]:
    """One of its own, ended with the context."""
    environments.ensure("localstripe")
    command = [environments.python_of(environments.VENV_LOCALSTRIPE), "-I", HERE / "localstripe_process.py"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        port = process.stdout.readline().strip()
        assert port, "localstripe ended before it listened"
        try:
            yield LocalStripe(f"http://127.0.0.1:{port}")
        finally:
            process.stdin.close()
            process.wait(10)


@dataclass
class LocalStripe:
    """Requests as Stripe would answer them: (status, JSON). Idempotency keys are none of its business."""

    url: str
    intents_of: dict[str, list[str]] = field(default_factory=dict)  # payment id -> ids of its PaymentIntents
    _released: set[str] = field(default_factory=set)
    _decline_codes: dict[str, str] = field(default_factory=dict)
    _pool: urllib3.PoolManager = field(default_factory=urllib3.PoolManager)

    def answer(self, method: str, path: str, fields: Fields) -> tuple[int, Body]:
        match method, path.strip("/").split("/")[1:]:
            case "POST", ["payment_intents"]:
                return self._create(fields)
            case "GET", ["payment_intents", "search"]:
                return self._search(fields)
            case "POST", ["payment_intents", intent, "capture"]:
                return self._capture(intent, fields)
            case "POST", ["payment_intents", intent, "cancel"]:
                return self._cancel(intent)
            case "GET", ["payment_intents", intent]:
                return self._intent(intent)
            case "GET", ["payment_intents"]:
                made = [self._intent(intent)[1] for intents in self.intents_of.values() for intent in intents]
                return 200, _page(made, fields)
            case "POST", ["refunds"]:
                return self._refund(fields)
            case "GET", ["refunds"]:
                return 200, _page(self._listed(fields), fields)
        return self._ask(method, path, fields)

    def refunds(self, intent: str) -> list[Body]:
        """Of a PaymentIntent."""
        return self._listed({"payment_intent": intent})

    def created(self, payment_id: str) -> int:
        """When its PaymentIntent was made, in seconds since 1970."""
        (intent,) = self.intents_of[payment_id]
        at: int = self._intent(intent)[1]["created"]
        return at

    def _create(self, fields: Fields) -> tuple[int, Body]:
        asked = fields["payment_method"]
        status, body = self._ask("POST", INTENTS, {**fields, "payment_method": self._method(asked)})
        if status == 404:
            return 400, _error("resource_missing", param="payment_method")
        intent = body["id"] if status == 200 else self._intent_of(body["error"]["charge"])
        self.intents_of.setdefault(fields["metadata[payment_id]"], []).append(intent)
        if status == 402:
            self._decline_codes[intent] = DECLINES[asked]
            body["error"] |= {"type": "card_error", "decline_code": DECLINES[asked]}
        return status, self._completed(body)

    def _method(self, asked: str) -> str:
        if asked in DECLINES:
            return DECLINED_CARD
        if asked == ASKING:
            method: str = self._ask("POST", "/v1/payment_methods", ASKING_CARD)[1]["id"]
            return method
        return asked

    def _intent_of(self, charge: str) -> str:
        intent: str = self._ask("GET", f"/v1/charges/{charge}", {})[1]["payment_intent"]
        return intent

    def _search(self, fields: Fields) -> tuple[int, Body]:
        payment_id = fields["query"].removeprefix("metadata['payment_id']:'").removesuffix("'")
        found = [self._intent(intent)[1] for intent in self.intents_of.get(payment_id, [])]
        return 200, {"object": "search_result", "data": found, "has_more": False}

    def _intent(self, intent: str) -> tuple[int, Body]:
        status, body = self._ask("GET", f"{INTENTS}/{intent}", {})
        return status, self._completed(body)

    def _capture(self, intent: str, fields: Fields) -> tuple[int, Body]:
        _, standing = self._intent(intent)
        if standing["status"] != "requires_capture":
            return 400, _error("payment_intent_unexpected_state")
        if int(fields["amount_to_capture"]) > standing["amount"]:
            return 400, _error("amount_too_large", param="amount_to_capture")
        metadata = {name: fields.pop(name) for name in list(fields) if name.startswith("metadata[")}
        self._ask("POST", f"{INTENTS}/{intent}/capture", fields)
        self._released |= {refund["id"] for refund in self.refunds(intent)}
        self._ask("POST", f"{INTENTS}/{intent}", metadata)
        return self._intent(intent)

    def _cancel(self, intent: str) -> tuple[int, Body]:
        status, _ = self._ask("POST", f"{INTENTS}/{intent}/cancel", {})
        return self._intent(intent) if status == 200 else (400, _error("payment_intent_unexpected_state"))

    def _refund(self, fields: Fields) -> tuple[int, Body]:
        charge = self._intent(fields["payment_intent"])[1]["latest_charge"]
        left = charge["amount"] - charge["amount_refunded"]  # what was not captured counts as refunded
        if not left:
            return 400, _error("charge_already_refunded")
        if int(fields["amount"]) > left:
            return 400, _error("", param="amount")
        return self._ask("POST", "/v1/refunds", fields)

    def _listed(self, fields: Fields) -> list[Body]:
        """Refunds; what a partial capture releases is one to localstripe, and none to Stripe."""
        of = {"payment_intent": fields["payment_intent"]} if "payment_intent" in fields else {}
        if of and not self._intent(of["payment_intent"])[1]["latest_charge"]:
            return []
        _, all_of_them = self._ask("GET", "/v1/refunds", {**of, "limit": "100000"})
        found = [refund for refund in all_of_them["data"] if refund["id"] not in self._released]
        if fields.get("expand[]") == "data.payment_intent":
            found = [{**refund, "payment_intent": self._intent(refund["payment_intent"])[1]} for refund in found]
        return found

    def _completed(self, body: Body) -> Body:
        if charge := body.get("latest_charge"):
            card = {"capture_before": body["created"] + CAPTURE_BEFORE_SECONDS}
            charge["payment_method_details"] = {"card": card}
            refunds = charge["refunds"]["data"]
            released = sum(refund["amount"] for refund in refunds if refund["id"] in self._released)
            body["amount_received"] = charge["amount"] - released if body["status"] == "succeeded" else 0
        if body.get("last_payment_error"):
            body["last_payment_error"]["decline_code"] = self._decline_codes[body["id"]]
        return body

    def _ask(self, method: str, path: str, fields: Mapping[str, str]) -> tuple[int, Body]:
        form = {} if method == "GET" else {"encode_multipart": False}
        answer = self._pool.request(method, self.url + path, fields=fields, headers=AUTHORIZATION, **form)
        return answer.status, json.loads(answer.data)


def _page(found: list[Body], fields: Fields) -> Body:
    """docs.stripe.com/api/pagination: the newest first."""
    first, end = int(fields.get("created[gte]", 0)), int(fields.get("created[lt]", 1 << 40))
    listed = sorted(
        (one for one in found if first <= one["created"] < end), key=lambda one: (-one["created"], one["id"])
    )
    ids = [one["id"] for one in listed]
    start = ids.index(fields["starting_after"]) + 1 if "starting_after" in fields else 0
    limit = int(fields.get("limit", 10))
    return {"object": "list", "data": listed[start : start + limit], "has_more": len(listed) > start + limit}


def _error(code: str, param: str = "") -> Body:
    named = {"code": code, "param": param}
    return {"error": {"type": "invalid_request_error", **{name: value for name, value in named.items() if value}}}
