"""Sixty-four clients at the same moment: one of them has the effect, whatever the order in which they come."""

from __future__ import annotations

import dataclasses
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from lib.console.polling import wait_for
from lib.demo.showcase import audit_trail, table_item
from lib.operations.archive import ArchiveReader
from lib.targets.deployment import Deployment
from lib.targets.payments_client import Answer, PaymentsClient

pytestmark = pytest.mark.emulator_only("its requests take production's share of the API's throttling")

CLIENTS = 64
COME_AGAIN = (202, 503)  # the gateway, or the ledger, did not answer in the time that a burst leaves
RECORD_SECONDS = 90.0
BURST_SECONDS = 120.0  # sixty-four cold starts on two cores

Wish = Callable[..., dict[str, Any]]


def at_once(request: Callable[[int], Answer]) -> list[Answer]:
    """The answers to CLIENTS requests that begin together. A client that is asked to come again does, with its key."""
    start = threading.Barrier(CLIENTS)

    def client(number: int) -> Answer:
        start.wait()
        while (answer := request(number)).status in COME_AGAIN:
            pass
        return answer

    with ThreadPoolExecutor(CLIENTS) as pool:
        return list(pool.map(client, range(CLIENTS)))


@pytest.fixture(scope="module")
def api(deployment: Deployment) -> PaymentsClient:
    """With as many functions warm as there will be clients."""
    patient = dataclasses.replace(deployment.payments, timeout=BURST_SECONDS)
    assert statuses(at_once(lambda number: patient.read(f"pay_{number:032x}"))) == {404: CLIENTS}
    return patient


def statuses(answers: list[Answer]) -> dict[int, int]:
    return dict(Counter(answer.status for answer in answers))


def one_effect(others: int) -> list[dict[int, int]]:
    """201 once. Or 200: an answer came too late for the function, and the next attempt finds what it has done."""
    rest = Counter({others: CLIENTS - 1})
    return [dict(rest + Counter([201])), dict(rest + Counter([200]))]


def versions(deployment: Deployment, payment_id: str) -> list[int]:
    return [record["version"] for _, record in audit_trail(deployment, payment_id)]


def test_one_key_is_one_payment(deployment: Deployment, api: PaymentsClient, wish: Wish, key: str) -> None:
    """One effect, replays for the rest; one item, an audit record each of intent and outcome, one receipt."""
    merchant = api.of(key)
    answers = at_once(lambda _: merchant.create(wish(), key))
    assert statuses(answers) in one_effect(others=200)
    assert all((answer.headers.get("Idempotency-Replayed") == "true") == (answer.status == 200) for answer in answers)
    payment = answers[0].body
    assert [answer.body for answer in answers] == [payment] * CLIENTS
    assert wait_for("it in the list", lambda: merchant.list().body["payments"] == [payment], RECORD_SECONDS)

    def audited() -> list[int] | None:
        found = versions(deployment, payment["payment_id"])
        return found if len(found) >= 2 else None

    assert wait_for("the audit records", audited, RECORD_SECONDS) == [1, 2]
    receipts = ArchiveReader(deployment.client("s3"), deployment.outputs["audit_bucket_name"]).keys(f"receipts/{key}/")
    assert list(receipts) == [f"receipts/{key}/{payment['payment_id']}.json"], "written before the audit record"


def test_the_last_unit_is_refunded_once(deployment: Deployment, api: PaymentsClient, wish: Wish, key: str) -> None:
    payment_id = api.create(wish(amount=100), key).body["payment_id"]
    assert api.step(payment_id, "refunds", {"amount": 99}, "first").status == 201
    answers = at_once(lambda number: api.step(payment_id, "refunds", {"amount": 1}, f"last-{number}"))
    assert statuses(answers) in one_effect(others=409)
    item = table_item(deployment, payment_id)
    assert (item["refunded"], item["version"]) == (100, 6)


def test_one_refund_asked_for_by_many_is_one(api: PaymentsClient, wish: Wish, key: str) -> None:
    payment_id = api.create(wish(amount=100), key).body["payment_id"]
    answers = at_once(lambda _: api.step(payment_id, "refunds", {"amount": 60}, "once"))
    assert statuses(answers) in one_effect(others=200)
    assert [answer.body for answer in answers] == [answers[0].body] * CLIENTS
    assert api.read(payment_id).body["refunded"] == 60


def test_an_authorization_is_captured_or_voided(
    deployment: Deployment, api: PaymentsClient, wish: Wish, key: str
) -> None:
    """Captured or voided, never both."""
    payment_id = api.create(wish(capture=False), key).body["payment_id"]
    names = ("capture", "void")
    answers = at_once(lambda number: api.step(payment_id, names[number % 2], None, f"step-{number}"))
    assert statuses(answers) == {200: 1, 409: CLIENTS - 1}
    (won,) = [answer.body for answer in answers if answer.status == 200]
    assert api.read(payment_id).body == won
    assert table_item(deployment, payment_id)["version"] == 4
