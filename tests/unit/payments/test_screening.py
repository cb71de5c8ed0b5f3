"""A card number in what is stored is refused; what is not stored is not looked through; neither leaves a trace."""

from __future__ import annotations

import io
import json
import random
from typing import Any
from urllib.parse import quote

import pytest

from payments import cards
from tests.generators.accidents import FORMS, NETWORKS, accident, card_number
from tests.generators.identifiers import CONFLICTS, IDENTIFIERS, digits
from tests.unit.payments.conftest import BODY, PAYMENTS, Answer, Call, World

CARD = "4111111111111111"
WRITTEN = [CARD, "4111 1111 1111 1111", "4111-1111-1111-1111", "378282246310005", "41111111111111111227123"]


def post(call: Call, merchant: str = "m-1", key: str = "key-1", **request: Any) -> Answer:
    return call("POST", f"/merchants/{merchant}/payments", request.pop("body", BODY), key, **request)


def step(call: Call, name: str, body: Any) -> Answer:
    made = post(call, body={**BODY, "capture": name == "refunds"}, key="made-before").body["payment_id"]
    return call("POST", f"{PAYMENTS}/{made}/{name}", body, "key-1")


STORED: dict[str, tuple[str, Any]] = {
    "the merchant": ("merchant_id", lambda call, card: post(call, quote(card))),
    "a list's merchant": ("merchant_id", lambda call, card: call("GET", f"/merchants/{quote(card)}/payments")),
    "the token": ("/payment_token", lambda call, card: post(call, body={**BODY, "payment_token": card})),
    "part of a token": ("/payment_token", lambda call, card: post(call, body={**BODY, "payment_token": f"t_{card}"})),
    "the customer": ("/customer_id", lambda call, card: post(call, body={**BODY, "customer_id": card})),
    "a value": ("/metadata/note", lambda call, card: post(call, body={**BODY, "metadata": {"note": f"a {card} b"}})),
    "a name": ("/metadata", lambda call, card: post(call, body={**BODY, "metadata": {card: "x"}})),
    "deep inside": ("/metadata/a/0/b", lambda call, card: post(call, body={**BODY, "metadata": {"a": [{"b": card}]}})),
    "an unknown field": ("/card/number", lambda call, card: post(call, body={**BODY, "card": {"number": card}})),
    "an unknown field's name": ("", lambda call, card: post(call, body={**BODY, card: True})),
    "the currency": ("/currency", lambda call, card: post(call, body={**BODY, "currency": card})),
    "a capture": ("/amount", lambda call, card: step(call, "capture", {"amount": card})),
    "a void": ("/why", lambda call, card: step(call, "void", {"why": card})),
    "a refund": ("/reason", lambda call, card: step(call, "refunds", {"amount": 1, "reason": card})),
}  # fmt: skip
NOT_STORED: dict[str, tuple[int, Any]] = {
    "the key": (201, lambda call, card: post(call, key=card.replace(" ", "-"))),
    "a header": (201, lambda call, card: post(call, headers={"x-order": card})),
    "a header's name": (201, lambda call, card: post(call, headers={f"x-{card}": "1"})),
    "the user agent": (201, lambda call, card: post(call, headers={"user-agent": f"shop/1.0 ({card})"})),
    "a trace's header": (201, lambda call, card: post(call, headers={"x-datadog-trace-id": card})),
    "a cookie": (201, lambda call, card: post(call, cookies=[f"session={card}"])),
    "a query's value": (400, lambda call, card: call("GET", PAYMENTS, query={"cursor": card})),
    "a query's name": (400, lambda call, card: call("GET", PAYMENTS, query={card: "x"})),
    "a query where none belongs": (400, lambda call, card: post(call, query={"q": card})),
    "a payment's path": (404, lambda call, card: call("GET", f"{PAYMENTS}/{quote(card)}")),
    "a step's path": (404, lambda call, card: call("POST", f"{PAYMENTS}/{quote(card)}/void", None, "key-1")),
    "a path that is no route": (404, lambda call, card: call("GET", f"/cards/{quote(card)}")),
    "a body that is no JSON": (400, lambda call, card: post(call, raw=f"pan={card}&cvv=123")),
    "the session of a role": (
        201,
        lambda call, card: post(call, identity={"userArn": f"arn:aws:sts::1:assumed-role/r/{card}", "userId": "A:b"}),
    ),
}


def assert_no_trace(card: str, answer: Answer, world: World, log: io.StringIO) -> None:
    """Neither the number nor anything else that looks like one is answered, logged or stored."""
    for sink in (json.dumps(answer.body), json.dumps(answer.headers), log.getvalue(), json.dumps(world.items)):
        assert card not in sink
        for line in sink.splitlines():
            assert not cards.contains(line)


@pytest.mark.parametrize("card", WRITTEN)
@pytest.mark.parametrize("place", STORED)
def test_a_card_number_in_what_is_stored_is_refused(
    call: Call, world: World, log: io.StringIO, place: str, card: str
) -> None:
    field, ask = STORED[place]
    answer = ask(call, card)
    assert (answer.status, answer.headers["Content-Type"]) == (400, "application/problem+json")
    assert [error["pointer"] for error in answer.body["errors"]] == [field]
    assert_no_trace(card, answer, world, log)


@pytest.mark.parametrize("card", WRITTEN)
@pytest.mark.parametrize("place", NOT_STORED)
def test_a_card_number_in_what_is_not_stored_leaves_no_trace(
    call: Call, world: World, log: io.StringIO, place: str, card: str
) -> None:
    status, ask = NOT_STORED[place]
    answer = ask(call, card)
    assert answer.status == status
    assert_no_trace(card, answer, world, log)


@pytest.mark.parametrize("name", ["x-datadog-trace-id", "traceparent", "x-amzn-trace-id", "b3", "authorization"])
def test_no_header_is_refused_whatever_its_digits(call: Call, name: str) -> None:
    """Where nothing is stored there are no false positives: not even of numbers that pass for card numbers."""
    chance = random.Random(3)  # noqa: S311 - the same in each run
    for number, make in enumerate([*IDENTIFIERS.values(), *CONFLICTS.values()]):
        assert post(call, key=f"key-{number}", headers={name: make(chance)}).status == 201


def test_accidents_leave_no_trace(call: Call, world: World, log: io.StringIO) -> None:
    """Whatever is found is nowhere; what is missed is at most what docs/payments.md says, and is not logged either."""
    seed = random.SystemRandom().randrange(2**32)
    print(f"SEED={seed}")  # shown if the test fails
    chance, found = random.Random(seed), 0  # noqa: S311
    for number in range(200):
        network, form, text = accident(chance)
        if not cards.contains(text):
            continue
        found += 1
        answer = post(call, key=f"key-{number}", body={**BODY, "metadata": {"note": text}})
        assert (answer.status, [error["pointer"] for error in answer.body["errors"]]) == (400, ["/metadata/note"]), (
            network,
            form,
            text,
        )
    assert found >= 0.95 * 200
    assert world.items == {}
    assert not any(cards.contains(line) for line in log.getvalue().splitlines())


@pytest.mark.parametrize("form", FORMS)
def test_the_redacted_log_has_no_card_number(form: str) -> None:
    """Nor its digits, whatever is logged around it: of those that are found."""
    chance = random.Random(5)  # noqa: S311
    for network in NETWORKS:
        number = card_number(chance, network)
        text = FORMS[form](chance, number)
        if cards.contains(text):
            logged = json.dumps(cards.redact_all({"message": [f"before {text}"], "request_id": digits(chance, 6)}))
            assert number not in logged
            assert cards.MASK in logged


def test_a_name_that_is_cut_short_reads_as_no_card_number(call: Call) -> None:
    """Thirty digits are no card number; the first sixteen of them are."""
    name = "x" * 48 + CARD + "0" * 14
    assert not cards.contains(name)
    for answer in (
        post(call, query={name: "1"}),
        post(call, body={**BODY, name: 1}),
        post(call, body={**BODY, "metadata": {f"cvv-{name}": "1"}}),
    ):
        assert answer.status == 400
        assert not cards.contains(json.dumps(answer.body))
