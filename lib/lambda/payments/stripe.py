"""The adapter for Stripe's test mode: PaymentIntents and refunds. docs.stripe.com/api, docs/gateway.md

A payment is one PaymentIntent at Stripe, and a refund one Refund; their ids are the references. The metadata of these
objects contain the keys of the steps, so that `look_up` finds a step's result after Stripe has deleted the key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from payments import settings
from payments.gateway import Answer, Approved, Charge, Declined, Unknown
from payments.identifiers import timestamp
from payments.stripe_api import BASE, Call, DeclinedError, Fields, NoAnswerError, Object, RefusedError, StripeApi
from payments.stripe_currencies import UNSUPPORTED
from payments.stripe_key import SecretsManagerKeys

AUTHORIZATION_LIFETIME = timedelta(days=7)  # for most cards: docs.stripe.com/payments/place-a-hold-on-a-payment-method
INTENTS, REFUNDS = "/v1/payment_intents", "/v1/refunds"
EXPAND = {"expand[]": "latest_charge"}
# Parameters that the client chose. If Stripe refuses one of these, the payment is declined.
CHOSEN = {"amount", "amount_to_capture", "currency", "payment_method"}
# These codes mean that others, or an earlier call, changed the payment at Stripe: docs.stripe.com/error-codes
STATE_FORBIDS = {
    "amount_too_large",
    "charge_already_captured",
    "charge_already_refunded",
    "charge_disputed",
    "charge_expired_for_capture",
    "payment_intent_unexpected_state",
}


Result = TypeVar("Result", Answer, Answer | None)


class TwoPaymentsError(Exception):
    """Stripe has two PaymentIntents for one payment."""


class Stripe:
    """The adapter. A call raises RefusedError, LiveModeError, TwoPaymentsError or KeyUnusableError for a defect."""

    name = "stripe"
    livemode = False
    unsupported_currencies = UNSUPPORTED

    def __init__(self, api: StripeApi) -> None:
        self._api = api

    def authorize(self, charge: Charge, key: str, *, repeat: bool) -> Answer:
        return self._answer(lambda call: _create(call, charge, "manual", key, repeat))

    def sale(self, charge: Charge, key: str, *, repeat: bool) -> Answer:
        return self._answer(lambda call: _create(call, charge, "automatic", key, repeat))

    def capture(self, reference: str, amount: int, key: str, *, repeat: bool) -> Answer:
        return self._answer(lambda call: _capture(call, reference, amount, key, repeat))

    def void(self, reference: str, key: str, *, repeat: bool) -> Answer:
        return self._answer(lambda call: _void(call, reference, key, repeat))

    def refund(self, reference: str, amount: int, key: str, *, repeat: bool) -> Answer:
        return self._answer(lambda call: _refund(call, reference, amount, key, repeat))

    def look_up(self, payment_id: str, key: str) -> Answer | None:
        """Return the result of an earlier call with the key; None if Stripe has none, and for every void.

        Stripe's objects do not contain the key of a void, and a void is safe to repeat. Do not look up a payment of the
        last hour: Stripe's search may not find it yet (docs.stripe.com/search#data-freshness).
        """
        return self._answer(lambda call: _look_up(call, payment_id, key))

    def _answer(self, ask: Callable[[Call], Result]) -> Result | Declined | Unknown:
        try:
            return ask(self._api.call())
        except NoAnswerError as error:
            return Unknown(error.reason, error.reachable)
        except DeclinedError as error:
            return Declined(error.code)


def from_settings() -> Stripe:
    """Return the Stripe adapter, with the API key from the function's secret. Raises SettingsError."""
    keys = SecretsManagerKeys(settings.required(settings.GATEWAY_SECRET_ARN))
    return Stripe(StripeApi(keys, settings.stripe_base() or BASE))


def _create(call: Call, charge: Charge, capture_method: str, key: str, repeat: bool) -> Answer:
    fields: Fields = {
        "amount": charge.amount,
        "currency": charge.currency.lower(),
        "payment_method": charge.payment_token,
        "payment_method_types[]": "card",
        "capture_method": capture_method,
        "confirm": "true",
        "metadata[payment_id]": charge.payment_id,
        "metadata[merchant_id]": charge.merchant_id,
        "metadata[key]": key,
        **EXPAND,
    }
    try:
        intent = call.post(INTENTS, fields, key)
    except NoAnswerError as error:
        found = _find(call, charge.payment_id) if repeat and error.stored else None
        if found is None:
            raise
        return _outcome(call, found, key)
    except RefusedError as error:
        return _declined(error, set())
    if repeat and intent["status"] in ("processing", "requires_action"):  # the stored answer to the first call
        intent = call.get(f"{INTENTS}/{intent['id']}", **EXPAND)
    return _outcome(call, intent, key)


def _outcome(call: Call, intent: Object, key: str) -> Answer:
    """Return the answer for a PaymentIntent. If it requires the payer to act, cancel it and return Declined."""
    if intent["status"] in ("requires_action", "requires_confirmation"):
        intent = _ended(call, intent["id"], f"{key}-cancel")
    match intent["status"]:
        case "succeeded":
            return Approved(intent["id"])
        case "requires_capture":
            return Approved(intent["id"], _capture_before(intent))
        case "requires_payment_method":
            return Declined(_reason(intent.get("last_payment_error")))
        case "canceled" if not intent.get("latest_charge"):
            return Declined("authentication_required")
        case "canceled":
            return Declined("canceled")
    raise NoAnswerError(f"the payment is {intent['status']}", reachable=True)


def _ended(call: Call, reference: str, key: str) -> Object:
    """Cancel the PaymentIntent and return it; return it unchanged if it can no longer be cancelled."""
    try:
        return call.post(f"{INTENTS}/{reference}/cancel", EXPAND, key)
    except RefusedError as error:
        if error.code not in STATE_FORBIDS:
            raise
        return call.get(f"{INTENTS}/{reference}", **EXPAND)


def _capture(call: Call, reference: str, amount: int, key: str, repeat: bool) -> Answer:
    fields: Fields = {"amount_to_capture": amount, "metadata[capture_key]": key}
    try:
        intent = call.post(f"{INTENTS}/{reference}/capture", fields, key)
    except (NoAnswerError, RefusedError) as error:
        if not _may_have_happened(error, repeat):
            raise
        intent = call.get(f"{INTENTS}/{reference}")
        if _metadata(intent).get("capture_key") != key:
            return _declined(error, STATE_FORBIDS)
    if repeat and intent["status"] == "processing":
        intent = call.get(f"{INTENTS}/{reference}")
    return _captured(intent)


def _captured(intent: Object) -> Answer:
    if intent["status"] != "succeeded":
        raise NoAnswerError(f"the payment is {intent['status']}", reachable=True)
    return Approved(intent["id"])


def _void(call: Call, reference: str, key: str, repeat: bool) -> Answer:
    try:
        intent = call.post(f"{INTENTS}/{reference}/cancel", {}, key)
    except (NoAnswerError, RefusedError) as error:
        if not _may_have_happened(error, repeat):
            raise
        intent = call.get(f"{INTENTS}/{reference}")
        if intent["status"] != "canceled":
            return _declined(error, STATE_FORBIDS)
    return Approved(reference)


def _refund(call: Call, reference: str, amount: int, key: str, repeat: bool) -> Answer:
    fields: Fields = {"payment_intent": reference, "amount": amount, "metadata[key]": key}
    try:
        refund = call.post(REFUNDS, fields, key)
    except NoAnswerError as error:
        found = _refund_of(call, reference, key) if repeat and error.stored else None
        if found is None:
            raise
        refund = found
    except RefusedError as error:
        return _declined(error, STATE_FORBIDS)
    if repeat and refund["status"] in ("pending", "requires_action"):
        refund = call.get(f"{REFUNDS}/{refund['id']}")
    return _refunded(refund)


def _refunded(refund: Object) -> Answer:
    if refund["status"] == "succeeded":
        return Approved(refund["id"])
    if refund["status"] in ("failed", "canceled"):
        return Declined(refund.get("failure_reason") or f"refund_{refund['status']}")
    raise NoAnswerError(f"the refund is {refund['status']}", reachable=True)


def _look_up(call: Call, payment_id: str, key: str) -> Answer | None:
    intent = _find(call, payment_id)
    if intent is None:
        return None
    if _metadata(intent).get("key") == key:
        return _outcome(call, intent, key)
    if _metadata(intent).get("capture_key") == key:
        return _captured(intent)
    refund = _refund_of(call, intent["id"], key)
    return _refunded(refund) if refund else None


def _find(call: Call, payment_id: str) -> Object | None:
    """Return the payment's PaymentIntent. Stripe's search may return an old state, so the object is read again."""
    found = call.get(f"{INTENTS}/search", query=f"metadata['payment_id']:'{payment_id}'", limit=2)["data"]
    if len(found) > 1:
        raise TwoPaymentsError(f"Stripe has two PaymentIntents for {payment_id}: {found[0]['id']}, {found[1]['id']}")
    return call.get(f"{INTENTS}/{found[0]['id']}", **EXPAND) if found else None


def _refund_of(call: Call, reference: str, key: str) -> Object | None:
    return next((refund for refund in _refunds(call, reference) if _metadata(refund).get("key") == key), None)


def _refunds(call: Call, reference: str) -> Iterator[Object]:
    page = call.get(REFUNDS, payment_intent=reference, limit=100)
    yield from page["data"]
    while page.get("has_more"):
        page = call.get(REFUNDS, payment_intent=reference, limit=100, starting_after=page["data"][-1]["id"])
        yield from page["data"]


def _may_have_happened(error: NoAnswerError | RefusedError, repeat: bool) -> bool:
    """Return whether an earlier call may have done the step, or the answer may be the stored one of an earlier call."""
    if isinstance(error, NoAnswerError):
        return repeat and error.stored
    return error.code in STATE_FORBIDS


def _declined(error: NoAnswerError | RefusedError, codes: set[str]) -> Declined:
    """Return the decline that an error means. Raises the error if it is not a decline."""
    if isinstance(error, RefusedError) and (error.param in CHOSEN or error.code in codes):
        return Declined(error.code or f"invalid_{error.param}")
    raise error


def _metadata(found: Object) -> Mapping[str, str]:
    return found.get("metadata") or {}


def _reason(error: Object | None) -> str:
    error = error or {}
    return error.get("decline_code") or error.get("code") or "card_declined"


def _capture_before(intent: Object) -> str:
    charge = intent.get("latest_charge") or {}
    card = (charge.get("payment_method_details") or {}).get("card") or {}
    if card.get("capture_before"):
        return timestamp(datetime.fromtimestamp(card["capture_before"], UTC))
    return timestamp(datetime.fromtimestamp(intent["created"], UTC) + AUTHORIZATION_LIFETIME)
