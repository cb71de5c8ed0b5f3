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
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from payments import cards, processor
from payments.service import Payments
from tests.unit.payments.conftest import BODY, Context, MemoryLedger, MemorySeal

CARD = "4111111111111111"
INSIDES = re.compile(r'Traceback|File "|\.py\b|line \d+|Error\b.*\(|site-packages|/var/task|/opt/')
# Those that docs/openapi.yaml has, and the 404 of a path that is no route.
STATUSES = {200, 201, 400, 404, 409, 413}

PATHS = ["/payments", "/payments/pay_x", "/payments/pay_x/capture", "/payments/pay_x/void", "/payments/pay_x/refunds"]
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


@st.composite
def requests(draw: st.DrawFn) -> dict[str, Any]:
    """As API Gateway hands them over (payload format 2.0); members that it may leave out are left out at times."""
    method = draw(st.sampled_from(["GET", "POST", "POST", "DELETE", "PATCH"]))
    path = draw(st.one_of(st.sampled_from(PATHS), TEXT.map(lambda text: f"/payments/{text}"), TEXT))
    encoded = draw(st.booleans())
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": f"{method} {path}",
        "rawPath": path,
        "rawQueryString": draw(TEXT),
        "headers": {
            "idempotency-key": draw(st.one_of(st.just("key-1"), SIGNS)),
            **draw(st.dictionaries(SIGNS.map(str.lower), SIGNS, max_size=3)),
        },
        "queryStringParameters": draw(
            st.dictionaries(st.sampled_from(["merchant_id", "from", "to", "limit", "cursor"]) | TEXT, TEXT, max_size=4)
        ),
        "pathParameters": draw(st.dictionaries(st.just("id"), TEXT)),
        "cookies": draw(st.lists(SIGNS, max_size=2)),
        "requestContext": {
            "requestId": draw(SIGNS),
            "stage": "$default",
            "http": {"method": method, "path": path, "sourceIp": "203.0.113.7", "userAgent": draw(SIGNS)},
            "authorizer": {"iam": {"userArn": draw(SIGNS)}},
        },
        "body": draw(BINARY if encoded else BODIES),
        "isBase64Encoded": encoded,
    }
    optional = ("rawQueryString", "queryStringParameters", "pathParameters", "cookies", "body")
    for name in draw(st.sets(st.sampled_from(optional))):
        del event[name]
    return event


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


Ask = Callable[[Any], dict[str, Any]]


@pytest.fixture(scope="module")
def ask() -> Iterator[Ask]:
    """The processor over a ledger that is empty for each event."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(processor, "payments", lambda: Payments(MemoryLedger()))
        patch.setattr(processor, "seal", MemorySeal)
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


def post(body: str | None, **other: Any) -> dict[str, Any]:
    return {
        "version": "2.0",
        "rawPath": "/payments",
        "headers": {"idempotency-key": "key-1"},
        "requestContext": {"requestId": "r", "stage": "$default", "http": {"method": "POST", "path": "/payments"}},
        "body": body,
        "isBase64Encoded": False,
        **other,
    }


@pytest.mark.parametrize("body", STRANGE)
def test_strange_bodies_are_answered(ask: Ask, body: str) -> None:
    for event in (post(body), post(base64.b64encode(body.encode()).decode(), isBase64Encoded=True)):
        answer = ask(event)
        check(answer)
        assert answer["statusCode"] in (201, 400, 413)


@given(requests())
@example(post(json.dumps(BODY), isBase64Encoded=True))
@settings(max_examples=400, deadline=None, database=None, suppress_health_check=list(HealthCheck))
def test_every_request_is_answered(ask: Ask, event: dict[str, Any]) -> None:
    check(ask(event))


@given(broken() | DOCUMENTS)
@settings(max_examples=400, deadline=None, database=None, suppress_health_check=list(HealthCheck))
def test_what_is_no_request_fails_without_a_word(ask: Ask, event: Any) -> None:
    try:
        check(ask(event))
    except processor.UnforeseenError as raised:
        failure = raised
    else:
        return
    assert not cards.contains(str(failure))
    assert failure.__suppress_context__, "what was raised first could say something of the request"
