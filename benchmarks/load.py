"""`make load`: thousands of payments from sixteen clients over a bad network, and the proof of each of them.

Clients lose answers, give up too early, and send the same again; some payments are captured, voided and refunded on the
way. Batches of the table's stream are then delivered to the archiver a second time, as a whole or in halves. At the end
each payment that was accepted is once in the ledger, has each of its changes once in the audit trail and its receipt,
and the sums agree to the unit. Rates are the emulator's, on the clients' own cores: they promise nothing of AWS.

`PAYMENTS` says how many (10,000). Exit codes: 0; 1 something was lost or doubled; 2 wrong input or a broken tool.
"""

from __future__ import annotations

import dataclasses
import json
import os
import random
import statistics
import sys
import tempfile
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
from rich.markup import escape
from rich.table import Table

from lib import environments
from lib.deploy.deployment import Deployment
from lib.deploy.local import LocalTarget
from lib.deploy.payments_client import Answer, PaymentsClient
from lib.deploy.polling import wait_for
from lib.deploy.progress import Progress, Shown
from lib.deploy.synth import RefusedError, judged_stack
from lib.environments import ToolError
from lib.operations import ledger, stream
from lib.operations.archive import AUDIT, RECEIPTS, ArchiveReader, audit_records, document
from lib.settings import SettingsError

DEFAULT, MOST = 10_000, 100_000
CLIENTS = 16
CURRENCIES = ("EUR", "JPY", "KWD")
# Of the requests: answers that the client never sees, and clients that hang up before there is one.
LOST, IMPATIENT = 0.05, 0.05
IMPATIENCE_SECONDS = 0.02
TRIES = 10
ARCHIVE_SECONDS = 600.0
REDELIVERED = 0.2  # of the audit trail's objects, each a batch of the stream

Send = Callable[[PaymentsClient], Answer]


@dataclass
class Taken:
    """A payment that was accepted, as its client believes it to be. `version` counts its changes from 1."""

    payment_id: str
    currency: str
    captured: int
    refunded: int = 0
    version: int = 1


@dataclass
class Load:
    """What the clients did and saw."""

    merchant: str
    payments: list[Taken] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)  # of each request that was answered
    elapsed: float = 0.0
    happened: Counter[str] = field(default_factory=Counter)

    @property
    def changes(self) -> int:
        """Of the ledger."""
        return sum(payment.version for payment in self.payments)


class Client:
    """One of the sixteen: it sends a request until it has an answer."""

    def __init__(self, api: PaymentsClient, load: Load, seed: int) -> None:
        self._api = api
        self._impatient = dataclasses.replace(api, timeout=IMPATIENCE_SECONDS)
        self._load = load
        self._chance = random.Random(seed)  # noqa: S311 - the same bad network in each run

    def pay(self, number: int) -> None:
        """One payment with all its steps. Raises ToolError for an answer that no retry makes right."""
        chance = self._chance
        body = {
            "merchant_id": self._load.merchant,
            "amount": chance.randint(1, 100_000),
            "currency": CURRENCIES[number % len(CURRENCIES)],
            "payment_token": f"tok_{number}",
            "capture": chance.random() < 0.8,
        }
        key = str(uuid.uuid4())
        made = self._answered(lambda api: api.create(body, key))
        payment = Taken(made["payment_id"], made["currency"], made["captured"])
        if made["status"] == "authorized":
            self._end_authorization(payment, made["amount"])
        while payment.captured > payment.refunded and chance.random() < 0.3:
            amount = chance.randint(1, payment.captured - payment.refunded)
            self._step(payment, "refunds", {"amount": amount})
            payment.refunded += amount
        self._load.payments.append(payment)

    def _end_authorization(self, payment: Taken, amount: int) -> None:
        match self._chance.choice(("capture", "capture a part", "void", "leave it")):
            case "capture":
                self._step(payment, "capture", None)
                payment.captured = amount
            case "capture a part":
                payment.captured = self._chance.randint(1, amount)
                self._step(payment, "capture", {"amount": payment.captured})
            case "void":
                self._step(payment, "void", None)

    def _step(self, payment: Taken, name: str, body: dict[str, int] | None) -> None:
        key = str(uuid.uuid4())
        self._answered(lambda api: api.step(payment.payment_id, name, body, key))
        payment.version += 1

    def _answered(self, send: Send) -> dict[str, Any]:
        happened = self._load.happened
        fault = self._chance.random()
        if fault < LOST:
            self._once(send, self._api)
            happened["answers lost"] += 1
        elif fault < LOST + IMPATIENT:
            self._once(send, self._impatient)
            happened["clients that hung up"] += 1
        for _ in range(TRIES):
            begin = time.perf_counter()
            answer = self._once(send, self._api)
            if answer is not None and answer.status in (200, 201):
                self._load.seconds.append(time.perf_counter() - begin)
                happened["requests answered"] += 1
                happened["of them replays"] += answer.headers.get("Idempotency-Replayed") == "true"
                body: dict[str, Any] = answer.body
                return body
            if answer is not None and answer.status < 500 and answer.status != 429:
                raise ToolError(f"the API answered {answer.status} to a payment that is in order: {answer.body}")
            happened["sent again"] += 1
        raise ToolError(f"the API did not take a payment within {TRIES} tries")

    @staticmethod
    def _once(send: Send, api: PaymentsClient) -> Answer | None:
        """None where no answer came."""
        try:
            return send(api)
        except requests.RequestException:
            return None


def drive(deployment: Deployment, count: int, progress: Progress) -> Load:
    """Have `count` payments taken. Raises ToolError where one was refused."""
    load = Load(merchant=f"load-{uuid.uuid4()}")
    numbers = iter(range(count))
    lock = threading.Lock()

    def client(seed: int) -> None:
        one = Client(deployment.payments, load, seed)
        while True:
            with lock:
                number = next(numbers, None)
            if number is None:
                return
            one.pay(number)
            step.update(f"{len(load.payments)} of {count}")

    with progress.step(f"{count} payments from {CLIENTS} clients") as step:
        begin = time.perf_counter()
        with ThreadPoolExecutor(CLIENTS) as pool:
            list(pool.map(client, range(CLIENTS)))
        load.elapsed = time.perf_counter() - begin
        step.result(f"{load.changes} changes of the ledger")
    return load


def settle(deployment: Deployment, load: Load, progress: Progress) -> None:
    """Await the archive. Raises ToolError where it does not come."""
    ours = {payment.payment_id for payment in load.payments}
    read: dict[str, int] = {}
    archive = _archive(deployment)

    def all_there() -> bool:
        for key, records in _audit_objects(archive, without=read):
            read[key] = len({_identity(record) for record in records if record["payment_id"] in ours})
        step.update(f"{sum(read.values())} of {load.changes} changes are archived")
        return sum(read.values()) >= load.changes

    with progress.step("the archive") as step:
        wait_for("the last audit record", all_there, ARCHIVE_SECONDS, interval=1.0)


def redeliver(deployment: Deployment, load: Load, progress: Progress) -> int:
    """Deliver batches again as Lambda may: whole, or in halves. How many."""
    chance = random.Random(len(load.payments))  # noqa: S311 - the same batches in each run
    objects = list(_audit_objects(_archive(deployment)))
    client, function = deployment.client("lambda"), deployment.outputs["archive_function_name"]
    with progress.step("batches of the stream delivered again") as step:
        events = {_place(one): one for one in _stream_records(deployment)}
        chosen = chance.sample(objects, max(1, int(len(objects) * REDELIVERED)))
        for _, records in chosen:
            batch = [events[_identity(record)] for record in records]
            half = len(batch) // 2 if chance.random() < 0.5 else 0
            for part in (batch[:half], batch[half:]):
                if part:
                    answer = client.invoke(FunctionName=function, Payload=_event(part))
                    if "FunctionError" in answer:
                        raise ToolError(f"the archiver failed: {answer['Payload'].read().decode()}")
        step.result(str(len(chosen)))
    return len(chosen)


def differences(deployment: Deployment, load: Load) -> Iterator[str]:
    """What was lost, doubled or changed on the way; nothing, or a line each."""
    archive, table = _archive(deployment), deployment.outputs["transactions_table_name"]
    booked, _ = ledger.read(deployment.client("dynamodb"), table)
    ours = {one.payment_id: one for one in booked.values() if one.merchant_id == load.merchant}
    taken = {payment.payment_id: payment for payment in load.payments}
    yield from (f"{one} is in the ledger, and no client has it" for one in ours.keys() - taken.keys())
    yield from (f"{one} was accepted and is not in the ledger" for one in taken.keys() - ours.keys())
    trail: dict[str, Counter[int]] = {payment_id: Counter() for payment_id in taken}
    for _, record in archive.audit():
        if record["payment_id"] in trail:
            trail[record["payment_id"]][record["version"]] += 1
    prefix = f"{RECEIPTS}{load.merchant}/"
    receipts = {key: document(key, content) for key, content in archive.read_all(archive.keys(prefix))}
    for payment_id in taken.keys() & ours.keys():
        payment, shown = taken[payment_id], ours[payment_id].shown
        if (shown["captured"], shown["refunded"]) != (payment.captured, payment.refunded):
            yield f"{payment_id} has {shown} in the ledger; its client was answered {payment}"
        if trail[payment_id] != Counter(range(1, payment.version + 1)):
            yield f"{payment_id} has the audit records {dict(trail[payment_id])}, expected 1 to {payment.version} once"
        receipt = receipts.get(f"{prefix}{payment_id}.json")
        if receipt != {"receipt_for": payment_id, "version": payment.version, **shown}:
            yield f"{payment_id} has the receipt {receipt}"
    for currency in CURRENCIES:
        sums = {
            "clients": _sums((one.currency, one.captured, one.refunded) for one in load.payments)[currency],
            "ledger": _sums(_money(one.shown) for one in ours.values())[currency],
            "receipts": _sums(_money(one) for one in receipts.values())[currency],
        }
        if len(set(sums.values())) != 1:
            yield f"the sums in {currency} differ: {sums}"


def prove(deployment: Deployment, count: int, progress: Progress) -> list[str]:
    """Load, double deliveries, and what was found wrong."""
    load = drive(deployment, count, progress)
    settle(deployment, load, progress)
    again = redeliver(deployment, load, progress)
    with progress.step("ledger, audit trail and receipts, payment by payment") as step:
        found = list(differences(deployment, load))
        step.result(f"{len(found)} differences" if found else "nothing lost, nothing doubled, the sums agree")
    progress.show(_table(load, again))
    return found


def _table(load: Load, again: int) -> Table:
    percentiles = statistics.quantiles(load.seconds, n=100)
    table = Table("what", "how much")
    for what, value in (
        ("payments", f"{len(load.payments)}"),
        ("changes of the ledger", f"{load.changes}"),
        *((name, f"{number}") for name, number in sorted(load.happened.items())),
        ("batches delivered again", f"{again}"),
        ("payments a second", f"{len(load.payments) / load.elapsed:.1f}"),
        ("requests a second", f"{load.happened['requests answered'] / load.elapsed:.1f}"),
        ("p50 of a request", f"{percentiles[49] * 1000:.0f} ms"),
        ("p99 of a request", f"{percentiles[98] * 1000:.0f} ms"),
    ):
        table.add_row(what, value)
    return table


def _archive(deployment: Deployment) -> ArchiveReader:
    return ArchiveReader(deployment.client("s3"), deployment.outputs["audit_bucket_name"])


def _audit_objects(archive: ArchiveReader, without: Any = ()) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    for key, content in archive.read_all(key for key in archive.keys(AUDIT) if key not in without):
        yield key, audit_records(key, content)


def _stream_records(deployment: Deployment) -> Iterator[dict[str, Any]]:
    """All that the table's stream has, as Lambda hands it over."""
    client = deployment.client("dynamodbstreams")
    (found,) = client.list_streams(TableName=deployment.outputs["transactions_table_name"])["Streams"]
    for shard in client.describe_stream(StreamArn=found["StreamArn"])["StreamDescription"]["Shards"]:
        yield from stream.shard(client, found["StreamArn"], shard["ShardId"])


def _place(event: dict[str, Any]) -> tuple[str, str]:
    return event["dynamodb"]["Keys"]["payment_id"]["S"], event["dynamodb"]["SequenceNumber"]


def _identity(record: dict[str, Any]) -> tuple[str, str]:
    return record["payment_id"], record["sequence_number"]


def _event(records: list[dict[str, Any]]) -> bytes:
    return json.dumps({"Records": records}).encode()


def _money(shown: Any) -> tuple[str, int, int]:
    return shown["currency"], shown["captured"], shown["refunded"]


def _sums(money: Iterator[tuple[str, int, int]]) -> dict[str, tuple[int, int]]:
    """Currency -> captured and refunded."""
    captured: Counter[str] = Counter()
    refunded: Counter[str] = Counter()
    for currency, taken, given_back in money:
        captured[currency] += taken
        refunded[currency] += given_back
    return {currency: (captured[currency], refunded[currency]) for currency in CURRENCIES}


def count_of(text: str) -> int:
    """Raises SettingsError for what is no number of payments."""
    if not text:
        return DEFAULT
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= MOST:
        raise SettingsError("PAYMENTS", text, f"it is a number from 1 to {MOST}", f"unset it for {DEFAULT}")
    return int(text)


def main() -> int:
    try:
        count = count_of(os.environ.get("PAYMENTS", ""))
        progress = Shown()
        environments.ensure("emulator")
        with tempfile.TemporaryDirectory(prefix="payments-load-") as folder:
            stack = judged_stack(os.environ, Path(folder))
            with LocalTarget.deployed(stack.directory, progress) as deployment:
                found = prove(deployment, count, progress)
    except RefusedError as refused:
        return refused.exit_code
    except (ToolError, requests.RequestException) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("interrupted; the emulator is gone", file=sys.stderr)
        return 130
    for line in found:
        progress.show(f"[red]{escape(line)}[/red]")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
