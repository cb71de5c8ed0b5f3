"""What the functions count is bounded: CloudWatch charges for each combination of a metric and dimensions' values."""

from __future__ import annotations

import json
import re
import tomllib
from datetime import timedelta
from pathlib import Path

import pytest

from lib.aspects.payments_conventions import METRICS
from payments import archiver, settler, states
from payments.circuit import FAILURES
from payments.item import from_item
from payments.validation import CURRENCIES
from tests.unit.payments.conftest import BODY, PAYMENTS, Call, Context, MemoryArchive, World, stream_record

OPERATIONS = Path(__file__).resolve().parents[3] / "docs" / "operations.md"
STATES = len(states.TRANSITIONS)
# Without a dimension but `service`: what the processor counts, what the archiver does, what only the settler does.
PROCESSOR, ARCHIVER, SETTLER = 16, 2, 3

POLICIES = Path(__file__).resolve().parents[3] / "policies"
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


def use_everything(call: Call, world: World) -> None:
    """Each currency, each status, each route, each way to be refused."""
    for number, currency in enumerate(sorted(CURRENCIES)):
        call("POST", PAYMENTS, {**BODY, "currency": currency}, f"sale-{number}")
    for last in ("capture", "void"):
        made = call("POST", PAYMENTS, {**BODY, "capture": False}, f"authorized-{last}").body["payment_id"]
        for _ in range(2):
            call("POST", f"{PAYMENTS}/{made}/{last}", None, last)
    sold = call("POST", PAYMENTS, BODY, "sold").body["payment_id"]
    call("POST", PAYMENTS, BODY, "sold")
    for part in (50, 1000):
        call("POST", f"{PAYMENTS}/{sold}/refunds", {"amount": part}, f"refund-{part}")
    call("GET", f"{PAYMENTS}/{sold}", key=None)
    call("GET", PAYMENTS, key=None)
    call("GET", f"{PAYMENTS}/pay_unknown", key=None)
    call("POST", PAYMENTS, {**BODY, "payment_token": "tok_declined_expired_card"}, "declined")
    for number in range(FAILURES + 1):
        call("POST", PAYMENTS, {**BODY, "payment_token": "tok_slow"}, f"slow-{number}")
    world.database.items = None  # type: ignore[assignment]  # whatever is asked of it raises
    with pytest.raises(Exception, match="redacted"):
        call("POST", PAYMENTS, BODY, "unforeseen")


def names(found: set[Metric]) -> set[str]:
    return {name for _, name, _ in found}


def known_to_both_judges(service: str) -> set[str]:
    """What both lists say that a function counts. Those with a dimension more are in the first judge's list alone."""
    first = METRICS[service]
    second = tomllib.loads((POLICIES / "_conventions.toml").read_text())["metrics"]
    assert {name for name, entry in first.items() if entry["dimensions"] == [["service"]]} == set(
        second[f"payments.{service}.handler"]
    )
    return set(first)


def test_the_processor_writes_no_more_metrics_than_the_bound(
    call: Call, world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    use_everything(call, world)
    found = written(capsys.readouterr().out)
    assert len(found) == PROCESSOR + STATES + len(CURRENCIES)
    assert names(found) == known_to_both_judges("processor")
    for _, name, dimensions in found:
        assert len(dict(dimensions).keys() - {"service"}) <= 1, f"{name} multiplies {dimensions}"


def test_the_archiver_writes_two(
    archive: MemoryArchive, capsys: pytest.CaptureFixture[str], call: Call, world: World
) -> None:
    call("POST", PAYMENTS, BODY)
    (item,) = world.items.values()
    capsys.readouterr()
    record = stream_record(from_item(item))
    archiver.handler({"Records": [record]}, Context())  # type: ignore[arg-type]  # a Context has all that is used
    archive.broken |= set(archive.objects)
    with pytest.raises(OSError, match="does not answer"):
        archiver.handler({"Records": [record]}, Context())  # type: ignore[arg-type]
    found = written(capsys.readouterr().out)
    assert len(found) == ARCHIVER
    assert names(found) == known_to_both_judges("archiver")


def test_the_settler_writes_three_more(world: World, call: Call, capsys: pytest.CaptureFixture[str]) -> None:
    use_everything(call, world)
    world.database.items = {}
    call("POST", PAYMENTS, {**BODY, "payment_token": "tok_unknown_then_approved"}, "settled")
    of_the_processor = written(capsys.readouterr().out)
    world.now += timedelta(minutes=1)
    settler.handler({}, Context())  # type: ignore[arg-type]  # a Context has all that is used
    found = written(capsys.readouterr().out)
    assert len(found - of_the_processor) == SETTLER
    assert names(found) <= known_to_both_judges("settler")


def test_the_bound_is_documented() -> None:
    """With one more of the access log's metric filter."""
    text = OPERATIONS.read_text()
    total = PROCESSOR + ARCHIVER + SETTLER + STATES + len(CURRENCIES) + 1
    said = re.search(r"at most \*\*(\d+)\*\* custom metrics", text)
    assert said is not None
    assert int(said[1]) == total
    assert f"| {len(CURRENCIES)} |" in text
