"""Events that nobody would write: the processor answers each, and says nothing of its insides.

What API Gateway can hand over is answered, whatever is in it. What it never hands over (a header that is a number) may
fail the function, so that its alarm rings, but by UnforeseenError only, which says nothing.
"""

from __future__ import annotations

import base64
import copy
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from payments import cards, processor, validation
from payments.identifiers import payment_id
from payments.service import Payments, StepRequest
from tests.unit.payments.conftest import BODY, CALLER, PAYMENTS, Context, MemorySigner, World

pytestmark = pytest.mark.slow

CARD = "4111111111111111"
INSIDES = re.compile(r'Traceback|File "|\.py\b|line \d+|Error\b.*\(|site-packages|/var/task')
# Those that docs/openapi.yaml has, and the 404 of a path that is no route.
STATUSES = {200, 201, 202, 400, 402, 404, 409, 413}

MADE = payment_id("m-1", "made before")
USUAL: list[dict[str, Any]] = [BODY, {**BODY, "capture": False}, {"amount": 1}, {}]
PATHS = [PAYMENTS, *(f"{PAYMENTS}/{MADE}{step}" for step in ("", "/capture", "/void", "/refunds")), "/payments/pay_x"]
TEXT = st.text(max_size=40)
SIGNS = st.text(st.characters(codec="latin-1"), max_size=40)  # of headers
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(10**12, 10**400),
    st.floats(),
    TEXT,
    st.text(st.characters(categories=["Cs", "Cc", "Cf", "Nd", "Lo"]), max_size=20),
    st.just(CARD),
)
DOCUMENTS = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT | st.sampled_from(list(BODY)), inner, max_size=4),
    max_leaves=12,
)
WISHES = st.dictionaries(st.sampled_from([*BODY, "customer_id", "capture", "metadata", "tip"]), DOCUMENTS).map(
    lambda members: {**BODY, **members}
)
# Text that is nearly JSON, or JSON that few readers agree on.
STRANGE = [
    "",
    "\x00",
    "\ufeff{}",
    "{",
    "nul",
    "NaN",
    '{"amount": NaN}',
    '{"amount": Infinity}',
    '{"amount": 1e400}',
    '{"amount": -1e400}',
    '{"amount": 1E3}',
    '{"amount": 1, "amount": 2}',
    '{"metadata": {"a": "1", "a": "2"}}',
    '{"amount": ' + "9" * 5000 + "}",
    '{"merchant_id": "\\ud800"}',
    '{"\\udfff": 1}',
    '{"merchant_id": "\\u0000"}',
    "[" * 8000,
    '{"a":' * 3000,
    "[" * 500 + "]" * 500,
    '"' + "x" * 20_000 + '"',
    "é" * 9000,
    json.dumps({**BODY, "metadata": {"k": "\x00"}}),
    json.dumps({**BODY, "metadata": {"k": CARD}}),
    json.dumps({**BODY, "__proto__": {"admin": True}}),
]
BODIES = st.one_of(
    st.none(),
    TEXT,
    st.sampled_from(STRANGE),
    DOCUMENTS.map(json.dumps),
    WISHES.map(json.dumps),
    WISHES.map(lambda wish: json.dumps(wish, ensure_ascii=False)),
    WISHES.map(lambda wish: json.dumps(wish)[:-3]),
)
BINARY = st.one_of(
    st.binary(max_size=60).map(lambda content: base64.b64encode(content).decode()),
    st.sampled_from(["%%%", "=", "e30", "e30=\n", "====", "é", "/w==", "\x00", "gICA"]),
)


def post(body: str | None, **other: Any) -> dict[str, Any]:
    return {
        "version": "2.0",
        "rawPath": PAYMENTS,
        "headers": {"idempotency-key": "key-1"},
        "requestContext": {"requestId": "r", "stage": "$default", "http": {"method": "POST", "path": PAYMENTS}},
        "body": body,
        "isBase64Encoded": False,
        **other,
    }


QUERIES = st.dictionaries(st.sampled_from(["merchant_id", "from", "to", "limit", "cursor"]) | TEXT, TEXT, max_size=4)
# What may be strange in a request; None leaves the member out, as API Gateway does at times.
STRANGE_MEMBERS: dict[str, st.SearchStrategy[Any]] = {
    "headers": st.dictionaries(SIGNS.map(str.lower), SIGNS, max_size=3),
    "key": SIGNS,
    "path": st.one_of(TEXT.map(lambda text: f"{PAYMENTS}/{text}"), TEXT),
    "rawQueryString": st.none() | TEXT,
    "queryStringParameters": st.none() | QUERIES,
    "pathParameters": st.none() | st.dictionaries(st.just("id"), TEXT),
    "cookies": st.none() | st.lists(SIGNS, max_size=2),
    "requestId": SIGNS,
    "userArn": SIGNS,
    "body": BODIES,
    "binary": BINARY,
}


@st.composite
def requests(draw: st.DrawFn) -> dict[str, Any]:
    """As API Gateway hands them over (payload format 2.0): usual ones, but for up to three members."""
    strange = {
        name: draw(STRANGE_MEMBERS[name]) for name in draw(st.sets(st.sampled_from(list(STRANGE_MEMBERS)), max_size=3))
    }
    method = draw(st.sampled_from(["GET", "POST", "POST", "POST", "DELETE"]))
    path = strange.get("path", draw(st.sampled_from(PATHS)))
    event = post(
        strange.get("binary", strange.get("body", "" if method == "GET" else json.dumps(draw(st.sampled_from(USUAL))))),
        isBase64Encoded="binary" in strange,
        rawPath=path,
        headers={**strange.get("headers", {}), "idempotency-key": strange.get("key", "key-1")},
        requestContext={
            "requestId": strange.get("requestId", "r"),
            "stage": "$default",
            "http": {"method": method, "path": path, "sourceIp": "203.0.113.7", "userAgent": "fuzz"},
            "authorizer": {"iam": {"userArn": strange.get("userArn", "arn:aws:iam::123456789012:user/shop")}},
        },
        **{name: value for name, value in strange.items() if name in ("rawQueryString", "pathParameters", "cookies")},
        queryStringParameters=strange.get("queryStringParameters", {"merchant_id": "m-1"} if method == "GET" else None),
    )
    return {name: value for name, value in event.items() if value is not None}


@st.composite
def broken(draw: st.DrawFn) -> dict[str, Any]:
    """An event of which something is gone, or of another kind than it ever is."""
    event = copy.deepcopy(draw(requests()))
    for _ in range(draw(st.integers(1, 3))):
        part: Any = event
        while True:
            name = draw(st.sampled_from(sorted(part)))
            if isinstance(part[name], dict) and part[name] and draw(st.booleans()):
                part = part[name]
                continue
            if draw(st.booleans()):
                part[name] = draw(DOCUMENTS)
            elif len(part) > 1:
                del part[name]
            break
    return event


Send = Callable[[Any], dict[str, Any]]


@pytest.fixture(scope="module")
def ask() -> Iterator[Send]:
    """The processor over a ledger that has one payment, authorized, before each event."""
    request = validation.payment_request("m-1", json.dumps({**BODY, "capture": False}))
    seconds_left = Context().seconds_left

    def payments() -> Payments:
        world = World()
        world.payments.take(request, StepRequest("m-1", "", "made before", CALLER, lambda: seconds_left))
        return world.payments

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(processor, "payments", payments)
        patch.setattr(processor, "signer", MemorySigner)
        yield lambda event: processor.handler(event, Context())  # type: ignore[arg-type]  # has all that is used


def check(answer: dict[str, Any]) -> None:
    """One that is documented, in JSON, without card numbers and without insides."""
    assert answer["statusCode"] in STATUSES
    document = json.loads(answer["body"])
    if answer["statusCode"] >= 400:
        assert document["status"] == answer["statusCode"]
        assert answer["headers"]["Content-Type"] == "application/problem+json"
        assert not cards.contains(answer["body"])
    assert not INSIDES.search(answer["body"])


@pytest.mark.parametrize("body", STRANGE)
def test_strange_bodies_are_answered(ask: Send, body: str) -> None:
    for event in (post(body), post(base64.b64encode(body.encode()).decode(), isBase64Encoded=True)):
        answer = ask(event)
        check(answer)
        assert answer["statusCode"] in (201, 400, 413)


@given(requests())
@settings(max_examples=400, deadline=None, database=None, suppress_health_check=list(HealthCheck))
def test_every_request_is_answered(ask: Send, event: dict[str, Any]) -> None:
    check(ask(event))


@given(broken() | DOCUMENTS)
@settings(max_examples=400, deadline=None, database=None, suppress_health_check=list(HealthCheck))
def test_what_is_no_request_fails_without_a_word(ask: Send, event: Any) -> None:
    try:
        check(ask(event))
    except processor.UnforeseenError as raised:
        failure = raised
    else:
        return
    assert not cards.contains(str(failure))
    assert failure.__suppress_context__, "what was raised first could say something of the request"
