"""Functions that die in the middle, and an archive that does not answer: nothing lost, nothing doubled.

Faults are armed in the functions' calls to AWS (recorder/faults.py). After each, the client sends the same again, or
the stream delivers again; then the item, the audit trail and the receipt must be those of a day without faults.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from lib.console.polling import wait_for
from lib.demo.run_settler import run_settler
from lib.demo.showcase import archived, table_item
from lib.errors import ToolError
from lib.targets.deployment import MERCHANT, Deployment
from lib.targets.pages import pages
from lib.targets.payments_client import Answer

pytestmark = pytest.mark.emulator_only("it breaks the functions' calls")

ARCHIVED_SECONDS = 90.0
SETTLED_SECONDS = 120.0
# Of the life below, version by version: each step has its intent and its outcome.
STATES = ["pending", "authorized", "authorized", "captured", "captured", "partially_refunded"]
INTENT, OUTCOME = 0, 1  # which UpdateItem of a step

Wish = Callable[..., dict[str, Any]]


class Faults:
    """Those that this test has armed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._armed: list[Path] = []

    def arm(
        self,
        function: str,
        moment: str,
        operation: str,
        effect: str = "exit",
        *,
        where: str = "",
        header: str = "",
        skip: int = 0,
        once: bool = True,
    ) -> str:
        """Its name. See recorder/faults.py."""
        fault = {"function": function, "moment": moment, "operation": operation, "where": where, "header": header}
        fault |= {"skip": skip}
        file = self._folder / f"{uuid.uuid4().hex}.json"
        whole = file.with_suffix(".part")  # a function never reads half a fault
        whole.write_text(json.dumps({**fault, "effect": effect, "once": once}))
        whole.rename(file)
        self._armed.append(file)
        return file.stem

    def struck(self, name: str) -> int:
        """How many calls it has struck so far."""
        noted = self._folder / "struck"
        return noted.read_text().split().count(name) if noted.is_file() else 0

    def end(self) -> None:
        for file in self._armed:
            file.unlink(missing_ok=True)


@pytest.fixture
def faults(faults_folder: Path) -> Iterator[Faults]:
    armed = Faults(faults_folder)
    yield armed
    armed.end()


@pytest.mark.parametrize(
    ("moment", "operation", "retried"),
    [
        ("before", "PutItem", 201),
        ("after", "PutItem", 200),
        ("before", "UpdateItem", 200),
        ("after", "UpdateItem", 200),
    ],
)
def test_a_payment_whose_taking_dies_is_there_once(
    deployment: Deployment, faults: Faults, wish: Wish, key: str, moment: str, operation: str, retried: int
) -> None:
    """Before or after the intent, before or after the outcome."""
    api = deployment.payments.of(key)
    fault = faults.arm("processor", moment, operation)
    died = api.create(wish(), key)
    assert (died.status >= 500, faults.struck(fault)) == (True, 1), died
    again = api.create(wish(), key)
    assert again.status == retried, again.body
    assert again.headers.get("Idempotency-Replayed") == ("true" if retried == 200 else None)
    assert wait_for("it in the list", lambda: api.list().body["payments"] == [again.body], SETTLED_SECONDS)
    archive_has(deployment, again.body, ["pending", "captured"])


@pytest.mark.parametrize("which", [INTENT, OUTCOME], ids=["intent", "outcome"])
@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize(
    ("path", "body", "versions"),
    [
        ("capture", {"amount": 4000}, ["pending", "authorized", "authorized", "captured"]),
        ("void", {}, ["pending", "authorized", "authorized", "voided"]),
        ("refunds", {"amount": 1000}, ["pending", "captured", "captured", "partially_refunded"]),
    ],
)
def test_a_step_that_dies_is_done_once(
    deployment: Deployment,
    faults: Faults,
    wish: Wish,
    key: str,
    which: int,
    moment: str,
    path: str,
    body: dict[str, Any],
    versions: list[str],
) -> None:
    made = deployment.payments.create(wish(capture=path == "refunds"), key).body
    fault = faults.arm("processor", moment, "UpdateItem", skip=which)
    died = step(deployment, made["payment_id"], path, body)
    assert (died.status >= 500, faults.struck(fault)) == (True, 1), died
    again = step(deployment, made["payment_id"], path, body)
    is_new = (which, moment) == (INTENT, "before")
    assert again.status == (201 if path == "refunds" and is_new else 200), again.body
    assert again.headers.get("Idempotency-Replayed") == (None if is_new else "true")
    payment = deployment.payments.read(made["payment_id"]).body
    assert (payment["status"], payment["refunded"]) == (versions[-1], 1000 if path == "refunds" else 0)
    assert table_item(deployment, made["payment_id"])["version"] == 4
    archive_has(deployment, payment, versions)


@pytest.mark.parametrize("moment", ["before", "after"])
def test_the_settler_completes_what_died_even_if_it_dies_itself(
    deployment: Deployment, faults: Faults, wish: Wish, key: str, moment: str
) -> None:
    """Nobody asks again: the outcome is recorded once, whichever of them got how far."""
    api = deployment.payments.of(key)
    faults.arm("processor", "before", "UpdateItem")
    assert api.create(wish(), key).status >= 500
    wait_for("the intent in the list", lambda: api.list().body["payments"], SETTLED_SECONDS)
    payment_id = api.list().body["payments"][0]["payment_id"]
    fault = faults.arm("settler", moment, "UpdateItem")

    def settled() -> bool:
        with contextlib.suppress(ToolError):  # the run that dies
            run_settler(deployment)
        return bool(api.read(payment_id).body["status"] == "captured") and faults.struck(fault) == 1

    wait_for("the outcome, after a settler that died", settled, SETTLED_SECONDS, 2.0)
    assert table_item(deployment, payment_id)["version"] == 2
    archive_has(deployment, api.read(payment_id).body, ["pending", "captured"])


@pytest.mark.parametrize("where", ["/audit/", "/receipts/"])
@pytest.mark.parametrize("moment", ["before", "after"])
def test_an_archiver_that_dies_between_objects_loses_and_doubles_nothing(
    deployment: Deployment, faults: Faults, wish: Wish, key: str, moment: str, where: str
) -> None:
    fault = faults.arm("archiver", moment, "PutObject", where=where)
    payment = life(deployment, wish, key)
    wait_for("the archiver's death", lambda: faults.struck(fault), ARCHIVED_SECONDS)
    behind = deployment.payments.create(wish(), f"{key}-behind").body
    archive_has(deployment, payment, STATES)
    archive_has(deployment, behind, ["pending", "captured"])


def test_an_archiver_that_dies_again_and_again_comes_through(
    deployment: Deployment, faults: Faults, wish: Wish, key: str
) -> None:
    armed = [faults.arm("archiver", "after", "PutObject") for _ in range(4)]
    payment = life(deployment, wish, key)
    wait_for("its deaths", lambda: all(faults.struck(fault) for fault in armed), ARCHIVED_SECONDS)
    archive_has(deployment, payment, STATES)


@pytest.mark.parametrize("code", ["ConditionalRequestConflict", "PreconditionFailed"])
def test_a_receipt_that_another_hand_writes_meanwhile_is_written_again(
    deployment: Deployment, faults: Faults, wish: Wish, key: str, code: str
) -> None:
    """S3 answers 409 or 412 (docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html).

    Once, and then for longer than the function itself tries.
    """
    payment = deployment.payments.create(wish(capture=False), key).body
    archive_has(deployment, payment, STATES[:2])  # so that the receipt is there, and has to be replaced
    refused = faults.arm("archiver", "before", "PutObject", code, where="/receipts/", header="If-Match")
    captured = step(deployment, payment["payment_id"], "capture", {"amount": 4000}).body
    archive_has(deployment, captured, STATES[:4])
    assert faults.struck(refused) == 1
    always = faults.arm("archiver", "before", "PutObject", code, where="/receipts/", header="If-Match", once=False)
    refunded = step(deployment, payment["payment_id"], "refunds", {"amount": 1000}).body["payment"]
    wait_for("refusals", lambda: faults.struck(always) >= 7, ARCHIVED_SECONDS)
    faults.end()
    archive_has(deployment, refunded, STATES)


@pytest.mark.parametrize("where", ["", "/audit/", "/receipts/"])
def test_an_archive_that_is_away_for_a_while_gets_everything_once_it_is_back(
    deployment: Deployment, outputs: dict[str, str], faults: Faults, wish: Wish, key: str, where: str
) -> None:
    """Payments go on meanwhile. Seven calls are two batches given up: the client tries each call three times."""
    away = faults.arm("archiver", "before", "PutObject", "unreachable", where=where, once=False)
    first = life(deployment, wish, key)
    wait_for("calls that found no archive", lambda: faults.struck(away) >= 7, ARCHIVED_SECONDS)
    second = life(deployment, wish, f"{key}-2")
    kept = archived(deployment, f"receipts/{MERCHANT}/{second['payment_id']}.json")
    assert kept is None or where == "/audit/"
    faults.end()
    for payment in (first, second):
        archive_has(deployment, payment, STATES)
    bucket = outputs["audit_bucket_name"]
    waiting = list(pages(deployment.client("s3"), "list_objects_v2", "Contents", Bucket=bucket, Prefix="set-aside/"))
    for item in waiting:
        assert first["payment_id"] not in json.dumps(archived(deployment, item["Key"]))


def life(deployment: Deployment, wish: Wish, key: str) -> dict[str, Any]:
    """A payment with three steps, as it was answered last: authorized, captured, refunded in part."""
    payment_id = deployment.payments.create(wish(capture=False), key).body["payment_id"]
    assert step(deployment, payment_id, "capture", {"amount": 4000}).status == 200
    refunded = step(deployment, payment_id, "refunds", {"amount": 1000})
    assert refunded.status == 201, refunded.body
    payment: dict[str, Any] = refunded.body["payment"]
    return payment


def step(deployment: Deployment, payment_id: str, path: str, body: dict[str, Any]) -> Answer:
    return deployment.payments.step(payment_id, path, body, f"{path}-1")


def archive_has(deployment: Deployment, payment: dict[str, Any], states: list[str]) -> None:
    """Sooner or later its receipt shows the payment as it was answered last, and the audit trail each version, once."""
    versions = list(enumerate(states, start=1))
    payment_id = payment["payment_id"]
    wait_for("its audit records", lambda: len(told(deployment, payment_id)) >= len(versions), ARCHIVED_SECONDS)
    key = f"receipts/{payment['merchant_id']}/{payment_id}.json"

    def newest() -> dict[str, Any] | None:
        receipt = archived(deployment, key)
        return receipt if receipt and receipt["version"] == len(versions) else None

    receipt = wait_for("its newest receipt", newest, ARCHIVED_SECONDS)
    assert {name: receipt[name] for name in payment} == payment
    assert told(deployment, payment_id) == versions


def told(deployment: Deployment, payment_id: str) -> list[tuple[int, str]]:
    """What the audit trail has of the payment: (version, state after it) of each record, none left out."""
    records = [record for record in audit_trail(deployment) if record["payment_id"] == payment_id]
    return sorted((record["version"], record["after"]["status"]) for record in records)


def audit_trail(deployment: Deployment) -> Iterator[dict[str, Any]]:
    """All records, whether an object has one of them, or a line for each and is compressed."""
    client, bucket = deployment.client("s3"), deployment.outputs["audit_bucket_name"]
    for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix="audit/"):
        for item in page.get("Contents", []):
            content = client.get_object(Bucket=bucket, Key=item["Key"])["Body"].read()
            if item["Key"].endswith(".gz"):
                content = gzip.decompress(content)
            yield from (json.loads(line) for line in content.splitlines())
