"""Infrastructure and payments import nothing of each other; what both must spell alike is held together here."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from lib.constructs import alarms, archive, archiver, cursor_key, gateway, gateway_alarms, ledger, processor, settler
from lib.environments import ROOT
from lib.settings import DEFAULT_MAXIMUM_AMOUNT, PAYMENT_GATEWAYS
from payments import gateways, settings
from payments.archive import Change, audit_trail, poison, receipts
from payments.item import to_item
from payments.validation import MAX_AMOUNT
from tests.unit.payments.conftest import new_payment, stream_record

pytestmark = pytest.mark.slow

INFRASTRUCTURE = [path for path in (ROOT / "lib").rglob("*.py") if (ROOT / "lib" / "lambda") not in path.parents]
PAYMENTS = sorted((ROOT / "lib" / "lambda").rglob("*.py"))


def imported(path: Path) -> set[str]:
    """The first names of what a file imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
    return names


def test_neither_house_imports_the_other() -> None:
    assert INFRASTRUCTURE
    assert PAYMENTS
    assert [path for path in INFRASTRUCTURE if "payments" in imported(path)] == []
    assert [path for path in PAYMENTS if imported(path) & {"lib", "cdktf", "constructs"}] == []


def test_environment_variables_have_one_name() -> None:
    assert ledger.TABLE_VARIABLE == settings.TRANSACTIONS_TABLE
    assert processor.INDEX_VARIABLE == settings.MERCHANT_INDEX
    assert ledger.PENDING_INDEX_VARIABLE == settings.PENDING_INDEX
    assert processor.CURSOR_KEY_VARIABLE == settings.CURSOR_KEY
    assert processor.MAXIMUM_AMOUNT_VARIABLE == settings.MAXIMUM_AMOUNT
    assert archiver.BUCKET_VARIABLE == settings.ARCHIVE_BUCKET
    assert gateway.GATEWAY_VARIABLE == settings.PAYMENT_GATEWAY
    assert gateway.SECRET_VARIABLE == settings.GATEWAY_SECRET_ARN


def test_gateways_have_one_name() -> None:
    assert set(PAYMENT_GATEWAYS) == {gateways.SIMULATED, gateways.STRIPE}


def test_both_sides_mean_the_same_maximum(monkeypatch: pytest.MonkeyPatch) -> None:
    assert DEFAULT_MAXIMUM_AMOUNT == MAX_AMOUNT
    monkeypatch.setenv(settings.MAXIMUM_AMOUNT, str(DEFAULT_MAXIMUM_AMOUNT))
    assert settings.maximum_amount() == MAX_AMOUNT


def test_the_cursors_key_may_do_what_is_asked_of_it() -> None:
    source = (ROOT / "lib" / "lambda" / "payments" / "cursor.py").read_text()
    assert source.count(f'MacAlgorithm="{cursor_key.ALGORITHM}"') == len(cursor_key.USE)


def test_handlers_exist() -> None:
    for handler in (processor.HANDLER, settler.HANDLER, archiver.HANDLER):
        module, name = handler.rsplit(".", 1)
        source = ROOT / "lib" / "lambda" / f"{module.replace('.', '/')}.py"
        functions = [node.name for node in ast.parse(source.read_text()).body if isinstance(node, ast.FunctionDef)]
        assert name in functions


def test_the_archiver_writes_where_it_may() -> None:
    record = stream_record(new_payment())
    changes = [Change.from_stream(record)]
    written = [*audit_trail(changes), *receipts(changes), poison(record, "a test")]
    prefixes = {document.key.split("/")[0] + "/" for document in written}
    assert prefixes == {archive.AUDIT_PREFIX, archive.RECEIPTS_PREFIX, archive.SET_ASIDE_PREFIX}


def test_what_the_table_is_keyed_by_is_in_every_item() -> None:
    item = to_item(new_payment())
    assert {"payment_id", "merchant_id", "created_at"} <= item.keys()


@pytest.mark.parametrize(
    ("module", "metric"),
    [
        ("archiver", alarms.FAILED_CHANGES_METRIC),
        ("observability", alarms.CHANGES_METRIC),
        ("gateway_calls", gateway_alarms.GATEWAY_ERRORS_METRIC),
        ("gateway_calls", gateway_alarms.CIRCUIT_OPEN_METRIC),
        ("completion", gateway_alarms.DECLINED_METRIC),
        ("completion", gateway_alarms.AUTHORIZED_METRIC),
        ("settler", gateway_alarms.OLDEST_PENDING_METRIC),
        ("settler", gateway_alarms.SETTLER_FAILURES_METRIC),
    ],
)
def test_the_functions_count_what_alarms_watch(module: str, metric: str) -> None:
    assert f'"{metric}"' in (ROOT / "lib" / "lambda" / "payments" / f"{module}.py").read_text()
