"""What the functions count is bounded: CloudWatch charges for each combination of a metric and dimensions' values."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from payments import archiver, states
from payments.payment import Payment
from payments.validation import CURRENCIES
from tests.unit.payments.conftest import BODY, Call, Context, MemoryArchive, MemoryLedger, stream_record

OPERATIONS = Path(__file__).resolve().parents[3] / "docs" / "operations.md"
STATES = len(states.TRANSITIONS)
# Without a dimension but `service`: what the processor counts, what the archiver does.
PROCESSOR, ARCHIVER = 12, 2

Metric = tuple[str, str, frozenset[tuple[str, str]]]


def written(output: str) -> set[Metric]:
    """(namespace, name, dimensions with their values) of each metric in what a function printed."""
    found: set[Metric] = set()
    for line in output.splitlines():
        if "_aws" not in line:
            continue
        blob = json.loads(line)
        for directive in blob["_aws"]["CloudWatchMetrics"]:
            for names in directive["Dimensions"]:
                values = frozenset((name, blob[name]) for name in names)
                found |= {(directive["Namespace"], metric["Name"], values) for metric in directive["Metrics"]}
    return found


def use_everything(call: Call, ledger: MemoryLedger) -> None:
    """Each currency, each status, each route, each way to be refused."""
    for number, currency in enumerate(sorted(CURRENCIES)):
        call("POST", "/payments", {**BODY, "currency": currency}, f"sale-{number}")
    for last in ("capture", "void"):
        made = call("POST", "/payments", {**BODY, "capture": False}, f"authorized-{last}").body["payment_id"]
        for _ in range(2):
            call("POST", f"/payments/{made}/{last}", None, last)
    sold = call("POST", "/payments", BODY, "sold").body["payment_id"]
    call("POST", "/payments", BODY, "sold")
    for part in (50, 1000):
        call("POST", f"/payments/{sold}/refunds", {"amount": part}, f"refund-{part}")
    call("GET", f"/payments/{sold}", key=None)
    call("GET", "/payments", key=None, query={"merchant_id": "m-1"})
    call("GET", "/payments/pay_unknown", key=None)
    ledger.items = None  # type: ignore[assignment]  # whatever is asked of it raises
    with pytest.raises(Exception, match="redacted"):
        call("POST", "/payments", BODY, "unforeseen")


def test_the_processor_writes_no_more_metrics_than_the_bound(
    call: Call, ledger: MemoryLedger, capsys: pytest.CaptureFixture[str]
) -> None:
    use_everything(call, ledger)
    found = written(capsys.readouterr().out)
    assert len(found) == PROCESSOR + STATES + len(CURRENCIES)
    for _, name, dimensions in found:
        assert len(dict(dimensions).keys() - {"service"}) <= 1, f"{name} multiplies {dimensions}"


def test_the_archiver_writes_two(
    archive: MemoryArchive, capsys: pytest.CaptureFixture[str], call: Call, ledger: MemoryLedger
) -> None:
    call("POST", "/payments", BODY)
    (item,) = ledger.items.values()
    capsys.readouterr()
    record = stream_record(Payment.from_item(item))
    archiver.handler({"Records": [record]}, Context())  # type: ignore[arg-type]  # a Context has all that is used
    archive.broken |= set(archive.objects)
    with pytest.raises(OSError, match="does not answer"):
        archiver.handler({"Records": [record]}, Context())  # type: ignore[arg-type]
    assert len(written(capsys.readouterr().out)) == ARCHIVER


def test_the_bound_is_documented() -> None:
    """With one more of the access log's metric filter."""
    text = OPERATIONS.read_text()
    total = PROCESSOR + ARCHIVER + STATES + len(CURRENCIES) + 1
    said = re.search(r"at most \*\*(\d+)\*\* custom metrics", text)
    assert said is not None
    assert int(said[1]) == total
    assert f"| {len(CURRENCIES)} |" in text
