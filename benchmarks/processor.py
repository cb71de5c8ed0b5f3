"""Our processor beside the same job done with Powertools' idempotency utility, and beside a bare `put_item`.

Each handler runs in a process of its own, without the gateway, against one emulator of DynamoDB, in turns; a table has
the ledger's keys and index. A payment is asked for (new), asked for again with the same key (replay), and partly
refunded. Requests, bytes and units are what the SDK sent and the service counted; CPU is the handler's process; cold
import is the time to import the handler and make its client. The emulator answers slower than DynamoDB and on the same
cores: rates compare the handlers, and promise nothing of AWS. Money is DynamoDB's alone, by prices.json.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from lib import environments
from lib.deploy.emulator import Address, Emulator
from lib.environments import LAMBDA_DEPENDENCIES, ROOT, VENV_EMULATOR, python_of

REGION = "eu-west-1"
HANDLERS = {
    "ours": "payments.processor",
    "Powertools idempotency": "peers.powertools_idempotency",
    "bare put_item": "peers.bare_put",
}
COUNT = 400
ROUNDS = 3
IMPORTS = 7
WHY_CPU = (
    "the bare put has no router, validation, card screening, redacted log line or metrics, which together cost about "
    "half of what it does, and no X-Ray SDK around its call, which costs the rest; Powertools' handler has no traces"
)
LEDGER, IDEMPOTENCY = "dynamodb-bench", "dynamodb-bench-idempotency"


def measure() -> list[dict[str, str]]:
    """Rows of the results table, a handler and a step each; medians of interleaved rounds."""
    environments.ensure("emulator", "lambda")
    with tempfile.TemporaryDirectory() as home, Emulator.start(Path(home), REGION) as emulator:
        _make_tables(emulator.address)
        imports = _imports(emulator.address)
        rounds = [
            {name: _run(module, COUNT, emulator.address) for name, module in HANDLERS.items()} for _ in range(ROUNDS)
        ]
    prices = json.loads((ROOT / "benchmarks" / "prices.json").read_text())
    return [
        _row(name, step, [round_[name][step] for round_ in rounds], imports, prices)
        for step in ("new", "replay", "refund")
        for name in HANDLERS
        if not (step == "replay" and name == "bare put_item")  # which doubles the payment
    ]


def targets(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """What was aimed at, beside what these rows say of it."""
    by = {(row["handler"], row["step"]): row for row in rows}

    def ratio(what: str, name: str, step: str = "new") -> float:
        return float(by["ours", step][what]) / float(by[name, step][what])

    requests = max(float(row["requests"]) for row in rows if row["handler"] == "ours")
    units = max(ratio("write units", "Powertools idempotency", step) for step in ("new", "refund"))
    rate, cpu = ratio("a second", "Powertools idempotency"), ratio("CPU ms", "bare put_item")
    imported = float(by["ours", "new"]["import / boto3"])
    checked = [
        ("one request a step", requests, requests <= 1, ""),
        ("at most 0.5 of Powertools' write units, a payment or a refund", units, units <= 0.5, ""),
        ("at least 1.8 times Powertools' payments a second", rate, rate >= 1.8, ""),
        ("CPU at most 1.5 times the bare put's", cpu, cpu <= 1.5, WHY_CPU),
        ("cold import at most 1.6 times boto3's with a client", imported, imported <= 1.6, ""),
    ]
    return [
        {"target": target, "measured": f"{measured:.2f}", "met": "yes" if met else f"no{': ' if why else ''}{why}"}
        for target, measured, met, why in checked
    ]


def _row(
    name: str, step: str, measured: list[dict[str, float]], imports: dict[str, float], prices: dict[str, Any]
) -> dict[str, str]:
    def median(what: str) -> float:
        return statistics.median(one.get(what, 0.0) for one in measured)

    writes, reads = median("write units") / COUNT, median("read units") / COUNT
    dollars = writes * prices["write request unit"] + reads * prices["read request unit"]
    return {
        "handler": name,
        "step": step,
        "requests": f"{median('requests') / COUNT:.2f}",
        "write units": f"{writes:.2f}",
        "read units": f"{reads:.2f}",
        "bytes sent": f"{median('bytes') / COUNT:.0f}",
        "CPU ms": f"{median('cpu seconds') / COUNT * 1000:.2f}",
        "a second": f"{COUNT / median('seconds'):.0f}",
        "cold import ms": f"{imports[name] * 1000:.0f}" if step == "new" else "",
        "import / boto3": f"{imports[name] / imports['boto3 and a client']:.2f}" if step == "new" else "",
        "USD a million": f"{dollars * 1_000_000:.2f}",
    }


def _imports(address: Address) -> dict[str, float]:
    """Median seconds of cold imports, in turns; the first round fills the disk's cache and the bytecode's."""
    modules = {"boto3 and a client": "boto3", **HANDLERS}
    seconds: dict[str, list[float]] = {name: [] for name in modules}
    for number in range(IMPORTS + 1):
        for name, module in modules.items():
            took = _run(module, 0, address)["import seconds"]
            if number:
                seconds[name].append(took)
    return {name: statistics.median(values) for name, values in seconds.items()}


def _run(module: str, count: int, address: Address) -> dict[str, Any]:
    done = subprocess.run(
        [python_of(VENV_EMULATOR), ROOT / "benchmarks" / "handler_process.py", module, str(count)],
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": os.pathsep.join(
                map(str, (ROOT / "lib" / "lambda", LAMBDA_DEPENDENCIES, ROOT / "benchmarks"))
            ),
            "AWS_ENDPOINT_URL": address.url,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "TRANSACTIONS_TABLE": LEDGER,
            "IDEMPOTENCY_TABLE": IDEMPOTENCY,
            "MERCHANT_INDEX": "index-bench",
            "CURSOR_KEY": "unused",
            "MAXIMUM_AMOUNT": "999999999999",
            # As in Lambda with active tracing, for a request that is not sampled, as most are; no daemon listens here.
            "LAMBDA_TASK_ROOT": "bench",
            "_X_AMZN_TRACE_ID": "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0",
            "POWERTOOLS_SERVICE_NAME": "bench",
            "POWERTOOLS_METRICS_NAMESPACE": "Payments",
            "POWERTOOLS_LOG_LEVEL": "INFO",
        },
        capture_output=True,
        text=True,
        check=True,
    )
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def _make_tables(address: Address) -> None:
    """The ledger as lib/constructs/ledger.py has it, and the table that Powertools' documentation asks for."""
    client = address.client("dynamodb")
    client.create_table(
        TableName=LEDGER,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "payment_id", "KeyType": "HASH"}],
        AttributeDefinitions=[
            {"AttributeName": name, "AttributeType": "S"} for name in ("payment_id", "merchant_id", "created_at")
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "index-bench",
                "KeySchema": [
                    {"AttributeName": "merchant_id", "KeyType": "HASH"},
                    {"AttributeName": "created_at", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
    )
    client.create_table(
        TableName=IDEMPOTENCY,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )
