"""A card number is refused wherever a request has room for one, and what AWS adds to a request is not refused."""

from __future__ import annotations

import io
import json
import secrets
from typing import Any
from urllib.parse import quote

import pytest

from payments import cards
from payments.screening import findings
from tests.unit.payments.conftest import BODY, PAYMENTS, Call, World

CARD = "4111111111111111"
WRITTEN = [CARD, "4111 1111 1111 1111", "4111-1111-1111-1111", "378282246310005", "6304000000000000000"[:19]]

PLACES: dict[str, Any] = {
    "a path": lambda card: {"path": f"{PAYMENTS}/{quote(card)}"},
    "a path quoted twice": lambda card: {"path": "/payments/" + "".join(f"%25{ord(sign):02x}" for sign in card)},
    "a step's path": lambda card: {"path": f"{PAYMENTS}/{quote(card)}/void"},
    "a path that is no route": lambda card: {"path": f"/{quote(card)}"},
    "a query's value": lambda card: {"query": {"merchant_id": card}},
    "a query's name": lambda card: {"query": {card: "x"}},
    "a header": lambda card: {"headers": {"x-order": card}},
    "a header's name": lambda card: {"headers": {f"x-{card.replace(' ', '')}": "1"}},
    "the user agent": lambda card: {"headers": {"user-agent": f"shop/1.0 ({card})"}},
    "the authorization": lambda card: {"headers": {"authorization": f"Bearer {card}"}},
    "the trace's header": lambda card: {"headers": {"x-amzn-trace-id": f"Root={card}"}},
    "the forwarding header": lambda card: {"headers": {"x-forwarded-for": f"{card}, 203.0.113.7"}},
    "a cookie": lambda card: {"cookies": [f"session={card}"]},
    "the idempotency key": lambda card: {"key": card},
}


@pytest.mark.parametrize("card", [card for card in WRITTEN if cards.contains(card)])
@pytest.mark.parametrize("place", PLACES)
def test_a_card_number_is_refused_anywhere_and_not_repeated(
    call: Call, world: World, log: io.StringIO, place: str, card: str
) -> None:
    request = {"method": "POST", "path": PAYMENTS, "body": BODY, **PLACES[place](card)}
    answer = call(**request)
    assert (answer.status, answer.headers["Content-Type"]) == (400, "application/problem+json")
    assert answer.body["errors"]
    for sink in (json.dumps(answer.body), json.dumps(answer.headers), log.getvalue(), json.dumps(world.items)):
        assert card not in sink
        assert not cards.contains(sink)


def test_what_aws_and_its_clients_add_is_never_refused() -> None:
    """A thousand requests as API Gateway hands them over, with fresh signatures, traces and session tokens."""
    for _ in range(1000):
        headers = {
            "accept": "*/*",
            "authorization": "AWS4-HMAC-SHA256 "
            "Credential=ASIAIOSFODNN7EXAMPLE/20261123/eu-west-1/execute-api/aws4_request, "
            f"SignedHeaders=content-type;host;x-amz-date;x-amz-security-token, Signature={secrets.token_hex(32)}",
            "content-length": "16384",
            "host": "a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com",
            "traceparent": f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01",
            "user-agent": "Boto3/1.41.2 md/Botocore#1.41.2 os/linux#6.8.0-1018-aws md/arch#x86_64 lang/python#3.12.11",
            "x-amz-content-sha256": secrets.token_hex(32),
            "x-amz-date": "20261123T101530Z",
            "x-amz-security-token": secrets.token_hex(200),
            "x-amzn-trace-id": f"Self=1-{secrets.token_hex(4)}-{secrets.token_hex(12)};Root=1-{secrets.token_hex(4)}-"
            f"{secrets.token_hex(12)};Parent={secrets.token_hex(8)};Sampled=1",
            "x-forwarded-for": "203.0.113.195, 198.51.100.178",
            "x-forwarded-port": "443",
            "x-forwarded-proto": "https",
        }
        event = {
            "rawPath": PAYMENTS,
            "rawQueryString": "merchant_id=m&from=2026-11-23T10%3A15%3A30.123456%2B01%3A00",
            "queryStringParameters": {"merchant_id": "m", "from": "2026-11-23T10:15:30.123456+01:00"},
            "headers": headers,
        }
        assert list(findings(event)) == []


def test_a_form_that_is_let_through_is_let_through_exactly() -> None:
    """One sign more, and it is looked through like any other value."""
    trace = f"Root=1-00000000-{CARD}aaaaaaaa"
    assert cards.contains(trace)
    assert list(findings({"headers": {"x-amzn-trace-id": trace}})) == []
    assert [error.pointer for error in findings({"headers": {"x-amzn-trace-id": trace + "x"}})] == ["x-amzn-trace-id"]


def signed(key_id: str, signature: str, region: str = "eu-west-1", headers: str = "host") -> str:
    return (
        f"AWS4-HMAC-SHA256 Credential={key_id}/20261123/{region}/execute-api/aws4_request, "
        f"SignedHeaders={headers}, Signature={signature}"
    )


@pytest.mark.parametrize("key_id", ["AKIAIOSFODNN7EXAMPLE", "test", "AKIAIOSFODNN70712345"])
def test_a_signature_is_let_through_whatever_the_key_id_is_like(key_id: str) -> None:
    """Found against the emulator, whose key id is `test`: one signature in some hundred was refused."""
    authorization = signed(key_id, CARD + "a" * 48)
    assert cards.contains(authorization)
    assert list(findings({"headers": {"authorization": authorization}})) == []


@pytest.mark.parametrize(
    "authorization",
    [signed(CARD, "a" * 64), signed("test", "a" * 64, region=CARD), signed("test", "a" * 64, headers=f"x-{CARD}")],
)
def test_what_surrounds_a_signature_is_looked_through(authorization: str) -> None:
    assert [error.pointer for error in findings({"headers": {"authorization": authorization}})] == ["authorization"]


def test_a_name_that_is_cut_short_reads_as_no_card_number(call: Call) -> None:
    """Twenty-five digits are no card number; the first sixteen of them are."""
    name = "x" * 48 + CARD + "000000000"
    assert not cards.contains(name)
    for answer in (call("POST", PAYMENTS, BODY, query={name: "1"}), call("POST", PAYMENTS, {**BODY, name: 1})):
        assert answer.status == 400
        assert not cards.contains(json.dumps(answer.body))
