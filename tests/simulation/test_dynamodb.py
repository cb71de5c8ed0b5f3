"""DynamoDB in memory and the emulator's answer the same to what the ledger asks: calls of random schedules, mixed."""

from __future__ import annotations

import contextlib
import io
import secrets
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from botocore.exceptions import ClientError

from lib.targets.emulator import Emulator
from tests.simulation.dynamodb import MemoryDynamoDb
from tests.simulation.running import quiet
from tests.simulation.schedule import Schedule
from tests.simulation.world import INDEXES

TABLE = "table"
MOST_SCHEDULES, MIXED = 300, 300
# Intents: void, refund, capture of all or a part. Outcomes: of the last refund, another refund, any other step. And the
# postponement.
EXPRESSIONS = 8
Call = tuple[str, dict[str, Any]]


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A client of an emulator that has the table."""
    home: Path = tmp_path_factory.mktemp("dynamodb")
    emulator = Emulator.start(home, "eu-west-1")
    try:
        client = emulator.address.client("dynamodb")
        names = {"payment_id"} | {name for index in INDEXES.values() for name in (index.hash_key, index.range_key)}
        client.create_table(
            TableName=TABLE,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in sorted(names)],
            KeySchema=[{"AttributeName": "payment_id", "KeyType": "HASH"}],
            GlobalSecondaryIndexes=[
                {
                    "IndexName": name,
                    "KeySchema": [
                        {"AttributeName": index.hash_key, "KeyType": "HASH"},
                        {"AttributeName": index.range_key, "KeyType": "RANGE"},
                    ],
                    "Projection": {"ProjectionType": "ALL"}
                    if index.projected is None
                    else {"ProjectionType": "INCLUDE", "NonKeyAttributes": list(index.projected)},
                }
                for name, index in INDEXES.items()
            ],
        )
        yield client
    finally:
        emulator.stop()


def recorded(seed: str) -> list[Call]:
    """What the functions ask of the table in a schedule."""
    calls: list[Call] = []
    schedule = Schedule(seed)
    database = schedule.world.database

    def listen_to(operation: str) -> None:
        real = getattr(database, operation)

        def listen(**arguments: Any) -> Any:
            if (operation, arguments) not in calls[-2:]:  # the settler's questions, when nothing happens between them
                calls.append((operation, arguments))
            return real(**arguments)

        setattr(database, operation, listen)

    for operation in ("put_item", "get_item", "update_item", "query"):
        listen_to(operation)
    with quiet(), contextlib.redirect_stdout(io.StringIO()):
        schedule.run()
    return calls


def mixed(random: Random, calls: list[Call]) -> list[Call]:
    """Calls in any order, on any of the payments: most of their conditions fail, each in its own way."""
    keys = [arguments["Item"]["payment_id"] for name, arguments in calls if name == "put_item"]
    updates = [arguments for name, arguments in calls if name == "update_item"]
    return [
        ("update_item", {**random.choice(updates), "Key": {"payment_id": random.choice(keys)}}) for _ in range(MIXED)
    ]


def answer(client: Any, call: Call) -> Any:
    """What it answers, or which error."""
    name, arguments = call
    try:
        found = getattr(client, name)(**{**arguments, "TableName": TABLE})
    except ClientError as error:
        return error.response["Error"]["Code"], error.response.get("Item")
    return {part: found[part] for part in ("Item", "Items", "Attributes", "LastEvaluatedKey") if part in found}


def test_both_answer_the_same(table: Any) -> None:
    """Until each of the expressions has been asked with."""
    seed = secrets.token_hex(4)
    random = Random(seed)  # noqa: S311 - schedules, no secrets
    memory = MemoryDynamoDb(INDEXES)
    calls: list[Call] = []
    for number in range(MOST_SCHEDULES):
        if len({arguments["ConditionExpression"] for name, arguments in calls if name == "update_item"}) == EXPRESSIONS:
            break
        calls += recorded(f"{seed}-{number}")
    else:
        pytest.fail(f"after {MOST_SCHEDULES} schedules of {seed} some expressions were not asked with")
    for call in [*calls, *mixed(random, calls)]:
        assert answer(memory, call) == answer(table, call), (seed, call)
