"""Our processor, compared with a handler that uses Powertools' idempotency utility and with a minimal handler.

Each handler runs in its own process, without the API, in turns. All use the same emulator of DynamoDB and the simulated
gateway, whose answers take no time; the table has the ledger's keys and indexes. The steps are a new payment, a replay
(the same request again), a partial refund and a declined payment. "Requests" and "bytes sent" count the SDK's requests;
units are those that DynamoDB reports, including indexes. "CPU" is the CPU time of the handler's process. "Cold import"
is the time to import the handler and create its client. The emulator is slower than DynamoDB and shares the cores with
the handlers, so the rates compare the handlers and are not the rates on AWS. Cost is the cost of DynamoDB alone, by
prices.json. Two of our write units are for the index of pending payments. With this index the settler completes
payments after a crash, which Powertools' utility cannot do.
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
from lib.environments import LAMBDA_DEPENDENCIES, ROOT, VENV_EMULATOR, python_of
from lib.targets.emulator import Address, Emulator

REGION = "eu-west-1"
HANDLERS = {
    "ours": "payments.processor",
    "Powertools idempotency": "peers.powertools_idempotency",
    "minimum": "peers.minimum",
}
LISTED = [
    *("amount", "currency", "status", "captured", "refunded", "livemode", "decline_code", "capture_before"),
    *("updated_at", "customer_id", "metadata"),
]
COUNT = 400
ROUNDS = 3
IMPORTS = 7
WHY_CPU = (
    "the minimum has no validation, card screening, conditions, redacted log line or metrics, and sends and reads half "
    "as many attributes"
)
LEDGER, IDEMPOTENCY = "dynamodb-bench", "dynamodb-bench-idempotency"


def measure() -> list[dict[str, str]]:
    """Return the rows of the results table, one for each handler and step; medians of interleaved rounds."""
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
        for step in ("new", "replay", "refund", "decline")
        for name in HANDLERS
        if not (step == "replay" and name == "minimum")  # which doubles the payment
    ]


def targets(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """Return the rows of the targets table: each target with the measured value."""
    by = {(row["handler"], row["step"]): row for row in rows}

    def ratio(what: str, name: str, step: str = "new") -> float:
        return float(by["ours", step][what]) / float(by[name, step][what])

    ours = [row for row in rows if row["handler"] == "ours"]
    requests = max(float(row["requests"]) for row in ours)
    replay = float(by["ours", "replay"]["requests"])
    units = max(ratio("write units", "Powertools idempotency", step) for step in ("new", "refund", "decline"))
    rate, cpu = ratio("steps a second", "Powertools idempotency"), ratio("CPU ms", "minimum")
    imported = float(by["ours", "new"]["import / boto3"])
    checked = [
        ("at most two requests a step", requests, requests <= 2, ""),
        ("one request for a replay", replay, replay <= 1, ""),
        ("at most 1.5 times Powertools' write units in each step", units, units <= 1.5, ""),
        ("at least 1.2 times Powertools' payments a second", rate, rate >= 1.2, ""),
        ("CPU at most 1.5 times the minimum's", cpu, cpu <= 1.5, WHY_CPU),
        ("cold import at most 1.25 times boto3's with a client", imported, imported <= 1.25, ""),
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
        "steps a second": f"{COUNT / median('seconds'):.0f}",
        "cold import ms": f"{imports[name] * 1000:.0f}" if step == "new" else "",
        "import / boto3": f"{imports[name] / imports['boto3 and a client']:.2f}" if step == "new" else "",
        "USD per million": f"{dollars * 1_000_000:.2f}",
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
            "PENDING_INDEX": "index-bench-pending",
            "PAYMENT_GATEWAY": "simulated",
            "CURSOR_KEY": "unused",
            "MAXIMUM_AMOUNT": "999999999999",
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
            {"AttributeName": name, "AttributeType": "S"}
            for name in ("payment_id", "merchant_id", "created_at", "awaiting", "due_at")
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "index-bench",
                "KeySchema": [
                    {"AttributeName": "merchant_id", "KeyType": "HASH"},
                    {"AttributeName": "created_at", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": LISTED},
            },
            {
                "IndexName": "index-bench-pending",
                "KeySchema": [
                    {"AttributeName": "awaiting", "KeyType": "HASH"},
                    {"AttributeName": "due_at", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["pending_since"]},
            },
        ],
    )
    client.create_table(
        TableName=IDEMPOTENCY,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )
