"""The API's promises, through the function's handler."""

from __future__ import annotations

import base64
import io
import json
import logging
from typing import Any

import pytest

from payments import processor, settings
from payments.errors import UnavailableError
from tests.unit.payments.conftest import BODY, PAYMENTS, Call, World


def test_a_payment_is_taken(call: Call, world: World) -> None:
    answer = call("POST", PAYMENTS, BODY)
    assert answer.status == 201
    assert answer.body["status"] == "captured"
    assert (answer.body["amount"], answer.body["captured"], answer.body["refunded"]) == (1050, 1050, 0)
    assert answer.headers["Location"] == f"{PAYMENTS}/{answer.body['payment_id']}"
    (item,) = world.items.values()
    assert item["steps"]["M"]["sale"]["M"]["actor"] == {"S": "arn:aws:iam::123456789012:user/shop"}


def test_an_authorization_captures_nothing(call: Call) -> None:
    answer = call("POST", PAYMENTS, {**BODY, "capture": False})
    assert (answer.body["status"], answer.body["captured"]) == ("authorized", 0)


def test_the_same_key_and_body_is_the_same_payment(call: Call, world: World) -> None:
    first = call("POST", PAYMENTS, BODY)
    again = call("POST", PAYMENTS, raw=json.dumps(BODY, indent=3, sort_keys=True))
    assert (again.status, again.headers["Idempotency-Replayed"]) == (200, "true")
    assert again.body == first.body
    assert len(world.items) == 1


def test_the_same_key_with_another_body_is_a_conflict(call: Call, world: World) -> None:
    call("POST", PAYMENTS, BODY)
    answer = call("POST", PAYMENTS, {**BODY, "amount": 1})
    assert answer.status == 409
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert len(world.items) == 1


def test_another_merchant_may_use_the_same_key(call: Call, world: World) -> None:
    call("POST", PAYMENTS, BODY)
    assert call("POST", "/merchants/m-2/payments", BODY).status == 201
    assert len(world.items) == 2


def test_nothing_is_recorded_of_a_bad_request(call: Call, world: World) -> None:
    answer = call("POST", PAYMENTS, {**BODY, "currency": "ABC"})
    assert answer.status == 400
    assert [error["pointer"] for error in answer.body["errors"]] == ["/currency"]
    assert world.items == {}
    assert call("POST", PAYMENTS, BODY).status == 201


def test_a_key_is_required(call: Call) -> None:
    assert call("POST", PAYMENTS, BODY, key=None).status == 400


def test_a_base64_body_is_read(call: Call) -> None:
    encoded = base64.b64encode(json.dumps(BODY).encode()).decode()
    assert call("POST", PAYMENTS, raw=encoded, isBase64Encoded=True).status == 201


@pytest.mark.parametrize("raw", ["%%%", base64.b64encode(b"\xff\xfe").decode()])
def test_a_body_that_is_no_text_is_refused(call: Call, raw: str) -> None:
    assert call("POST", PAYMENTS, raw=raw, isBase64Encoded=True).status == 400


def test_a_payment_can_be_read(call: Call) -> None:
    made = call("POST", PAYMENTS, BODY)
    assert call("GET", f"{PAYMENTS}/{made.body['payment_id']}").body == made.body


@pytest.mark.parametrize("payment_id", ["pay_" + "a" * 32, "nonsense", "pay_" + "A" * 32])
def test_an_unknown_payment_is_not_found(call: Call, payment_id: str) -> None:
    answer = call("GET", f"{PAYMENTS}/{payment_id}")
    assert (answer.status, answer.headers["Content-Type"]) == (404, "application/problem+json")


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/payments/pay_x"), ("POST", PAYMENTS), ("POST", "/payments/pay_x/void")]
)
def test_unknown_parameters_are_named(call: Call, method: str, path: str) -> None:
    answer = call(method, path, BODY if method == "POST" else None, query={"expand": "all"})
    assert (answer.status, [error["pointer"] for error in answer.body["errors"]]) == (400, ["expand"])


def test_a_body_where_none_belongs_is_refused(call: Call) -> None:
    assert call("GET", "/payments/pay_x", {"card": "4111111111111111"}).status == 400


def test_a_payment_has_at_most_the_amount_that_is_set(call: Call, world: World) -> None:
    world.maximum_amount = 1000
    answer = call("POST", PAYMENTS, BODY)
    assert [error["pointer"] for error in answer.body["errors"]] == ["/amount"]
    assert call("POST", PAYMENTS, {**BODY, "amount": 1000}).status == 201


@pytest.mark.parametrize("value", ["0", "-1", "1.5", "many", "10000000000000"])
def test_a_maximum_that_is_none_stops_the_function(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("MAXIMUM_AMOUNT", value)
    with pytest.raises(settings.SettingsError, match="MAXIMUM_AMOUNT"):
        settings.maximum_amount()


def test_an_unknown_route_is_not_found(call: Call) -> None:
    assert call("DELETE", PAYMENTS).body["type"] == "urn:payments:problem:no-such-route"


def test_a_ledger_that_does_not_answer_is_said_and_the_retry_is_safe(
    call: Call, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(_: Any) -> None:
        raise UnavailableError

    with monkeypatch.context() as broken:
        broken.setattr(world.ledger, "record", silent)
        answer = call("POST", PAYMENTS, BODY)
    assert (answer.status, answer.headers["Retry-After"]) == (503, "1")
    assert call("POST", PAYMENTS, BODY).status == 201


def test_what_nobody_foresaw_fails_the_function_and_leaks_no_card_number(
    call: Call,
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    log: io.StringIO,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def explode(_: Any) -> None:
        raise KeyError("4111111111111111")

    monkeypatch.setattr(world.ledger, "record", explode)
    with pytest.raises(processor.UnforeseenError) as caught:
        call("POST", PAYMENTS, BODY)
    assert "4111" not in str(caught.value)
    assert "unforeseen failure" in log.getvalue()
    assert "4111" not in log.getvalue()
    others = [logging.Formatter().format(record) for record in caplog.records if record.name != processor.logger.name]
    assert "4111" not in "".join(others), "what other loggers say is not redacted"


def test_a_payment_is_logged_with_its_id_and_without_its_token(call: Call, log: io.StringIO) -> None:
    made = call("POST", PAYMENTS, BODY)
    (line,) = [json.loads(line) for line in log.getvalue().splitlines()]
    assert (line["payment_id"], line["correlation_id"]) == (made.body["payment_id"], "request-1")
    assert made.headers["X-Request-Id"] == line["request_id"] == "request-1"
    assert "tok_visa" not in log.getvalue()


def counted(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line]


def test_a_payment_is_counted(call: Call, capsys: pytest.CaptureFixture[str]) -> None:
    """In one line, with three sets of dimensions."""
    call("POST", PAYMENTS, BODY)
    (blob,) = counted(capsys)
    assert (blob["PaymentsTaken"], blob["LedgerChanges"], blob["PaymentsAuthorized"]) == ([1], [1], [1])
    assert (blob["service"], blob["status"], blob["currency"]) == ("payments", "captured", "EUR")
    assert (blob["Payments"], blob["Amount"]) == ([1], [1050])
    assert blob["Latency"][0] > 0
    directives = blob["_aws"]["CloudWatchMetrics"]
    assert {tuple(one["Dimensions"][0]): {metric["Name"] for metric in one["Metrics"]} for one in directives} == {
        ("service",): {"PaymentsTaken", "PaymentsAuthorized", "LedgerChanges", "Latency"},
        ("service", "status"): {"Payments"},
        ("service", "currency"): {"Amount"},
    }


def test_changes_are_counted_by_what_they_led_to_and_replays_are_not(
    call: Call, capsys: pytest.CaptureFixture[str]
) -> None:
    payment_id = call("POST", PAYMENTS, {**BODY, "capture": False}).body["payment_id"]
    call("POST", f"{PAYMENTS}/{payment_id}/capture", {"amount": 1000}, "c")
    for _ in range(2):
        call("POST", f"{PAYMENTS}/{payment_id}/refunds", {"amount": 10}, "r")
    blobs = counted(capsys)
    assert [blob["status"] for blob in blobs if "status" in blob] == ["authorized", "captured", "partially_refunded"]
    assert [blob["Amount"] for blob in blobs if "Amount" in blob] == [[1050.0]], "an amount is asked for once"
    assert sum(blob.get("LedgerChanges", [0])[0] for blob in blobs) == 3


def test_the_table_is_asked_for_by_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TRANSACTIONS_TABLE", raising=False)
    processor.payments.cache_clear()
    with pytest.raises(Exception, match="TRANSACTIONS_TABLE is not set"):
        processor.payments()
