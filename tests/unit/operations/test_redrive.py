"""What is given to the archiver again: by which version of it, in which batches; what a run leaves that ends early."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from lib.deploy.progress import Silent
from lib.environments import ToolError
from lib.operations import messages, redrive, replay
from lib.operations.messages import VISIBILITY_SECONDS, Messages
from lib.operations.redrive import Redrive
from tests.unit.operations.world import World, receipt_key


@dataclass
class Queue:
    """A client of SQS with queues in memory, whose clock moves when somebody waits or works."""

    now: float = 0.0
    bodies: dict[str, dict[str, str]] = field(default_factory=lambda: {"failures": {}, "dead-letters": {}})
    hidden_until: dict[str, float] = field(default_factory=dict)
    received: list[str] = field(default_factory=list)

    def send(self, body: Any, url: str = "failures") -> str:
        name = f"message-{len(self.bodies[url])}"
        self.bodies[url][name] = body if isinstance(body, str) else json.dumps(body)
        return name

    def receive_message(self, *, QueueUrl: str, MaxNumberOfMessages: int, **_: Any) -> dict[str, Any]:  # noqa: N803
        found = [name for name in self.bodies[QueueUrl] if self.hidden_until.get(name, 0) <= self.now]
        self.now += 1
        for name in found[:MaxNumberOfMessages]:
            self.hidden_until[name] = self.now + VISIBILITY_SECONDS
            self.received.append(name)
        bodies = self.bodies[QueueUrl]
        shown = [
            {"MessageId": name, "ReceiptHandle": name, "Body": bodies[name]} for name in found[:MaxNumberOfMessages]
        ]
        return {"Messages": shown} if shown else {}

    def delete_message(self, *, QueueUrl: str, ReceiptHandle: str) -> None:  # noqa: N803
        del self.bodies[QueueUrl][ReceiptHandle]

    def change_message_visibility(self, *, QueueUrl: str, ReceiptHandle: str, VisibilityTimeout: int) -> None:  # noqa: N803
        assert ReceiptHandle in self.bodies[QueueUrl]
        self.hidden_until[ReceiptHandle] = self.now + VisibilityTimeout

    def get_queue_attributes(self, *, QueueUrl: str, AttributeNames: list[str]) -> dict[str, Any]:  # noqa: N803
        hidden = sum(self.hidden_until.get(name, 0) > self.now for name in self.bodies[QueueUrl])
        numbers = {messages.WAITING: len(self.bodies[QueueUrl]) - hidden, messages.IN_FLIGHT: hidden}
        return {"Attributes": {name: str(numbers[name]) for name in AttributeNames}}


@dataclass
class Functions:
    """A client of Lambda; the archiver is what its alias says."""

    world: World
    queue: Queue
    aliases: tuple[str, ...] = ("alias-live-test",)
    seconds: float = 1.0  # that an invocation takes
    fails: bool = False
    events: list[bytes] = field(default_factory=list)

    def get_paginator(self, operation: str) -> Functions:
        assert operation == "list_aliases"
        return self

    def paginate(self, *, FunctionName: str) -> list[dict[str, Any]]:  # noqa: N803
        assert FunctionName == "archiver"
        return [{"Aliases": [{"Name": name}]} for name in self.aliases]

    def invoke(self, *, FunctionName: str, Qualifier: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803
        assert (FunctionName, Qualifier) == ("archiver", "alias-live-test"), "what the stream calls"
        self.queue.now += self.seconds
        if len(Payload) > 6_291_456:
            raise ClientError({"Error": {"Code": "RequestTooLargeException"}}, "Invoke")
        self.events.append(Payload)
        if self.fails:
            return {"FunctionError": "Unhandled", "Payload": io.BytesIO(b'{"errorMessage": "no key"}')}
        self.world.deliver(json.loads(Payload)["Records"])
        return {"Payload": io.BytesIO(b"null")}


class Setting:
    """A world whose archive is empty, and whose stream has all of it."""

    def __init__(self) -> None:
        self.world = World()
        self.queue = Queue()
        self.functions = Functions(self.world, self.queue)
        self.world.clients |= {"sqs": self.queue, "lambda": self.functions}

    def send(self, records: list[dict[str, Any]]) -> str:
        return self.queue.send({"Records": records})

    def redrive(self, **options: bool) -> tuple[int, list[str]]:
        progress = Silent()
        clock = lambda: self.world.now + timedelta(days=1)  # noqa: E731
        return Redrive(self.world.stack, progress, clock=clock, **options).run(), progress.lines


@pytest.fixture
def setting() -> Setting:
    return Setting()


def test_what_was_given_up_is_archived_by_the_alias(setting: Setting) -> None:
    paid = setting.world.take("first")
    setting.send(setting.world.database.stream)
    code, lines = setting.redrive()
    assert (code, lines[-1]) == (0, "[green]all replayed; make reconcile compares[/green]")
    assert setting.queue.bodies["failures"] == {}
    assert receipt_key(paid) in setting.world.bucket.objects
    assert setting.world.kinds() == []
    assert setting.redrive()[1][-1] == "[green]nothing waits[/green]"


@pytest.mark.parametrize("aliases", [(), ("alias-live-a", "alias-live-b"), ("other",)])
def test_without_the_one_alias_nothing_is_called(setting: Setting, aliases: tuple[str, ...]) -> None:
    setting.world.take("first")
    setting.functions.aliases = aliases
    setting.send(setting.world.database.stream)
    with pytest.raises(ToolError, match="aliases alias-live-…, expected 1"):
        setting.redrive()
    assert setting.functions.events == []


@pytest.mark.parametrize("text", ["x" * 30_000, "\u0001" * 30_000, "ü" * 60_000])
def test_batches_stay_below_what_an_invocation_takes(text: str) -> None:
    records = [{"dynamodb": {"NewImage": {"note": {"S": text}}}, "eventID": str(number)} for number in range(250)]
    made = list(replay.batches(records))
    assert max(len(event) for event in made) < 6_000_000
    assert all(len(json.loads(event)["Records"]) <= 100 for event in made)
    assert [record for event in made for record in json.loads(event)["Records"]] == records


def test_a_record_that_is_too_large_alone_stays_and_is_named(setting: Setting) -> None:
    setting.world.take("first")
    record = {**setting.world.database.stream[0], "padding": "x" * 7_000_000}
    setting.send([record])
    code, lines = setting.redrive()
    assert code == 1
    assert any("are too many for Lambda" in line for line in lines)


def test_a_message_that_stays_is_tried_once_a_run(setting: Setting) -> None:
    """It becomes visible again after 300 s, which a run of many slow batches takes."""
    setting.functions.fails, setting.functions.seconds = True, 200.0
    for number in range(25):
        setting.world.take(f"payment {number}")
        setting.send(setting.world.database.stream[-2:])
    code, lines = setting.redrive()
    assert code == 1
    assert sum(line.startswith("[red]stays[/red]  message") for line in lines) == 25
    assert len(setting.functions.events) == 25


def test_a_message_is_hidden_while_it_is_worked_on(setting: Setting) -> None:
    """Also the last one of an answer, whose turn comes after the others took their time."""
    setting.functions.seconds = 200.0
    for number in range(3):
        setting.world.take(f"payment {number}")
        setting.send(setting.world.database.stream[-2:])
    invoke, visible = setting.functions.invoke, []

    def watched(**arguments: Any) -> Any:
        answer = invoke(**arguments)
        working = next(iter(setting.queue.bodies["failures"]))
        visible.append(setting.queue.hidden_until[working] <= setting.queue.now)
        return answer

    setting.functions.invoke = watched  # type: ignore[method-assign]
    assert setting.redrive()[0] == 0
    assert visible == [False, False, False]


def test_messages_of_an_interrupted_run_can_be_had_at_once(setting: Setting) -> None:
    """Ctrl-C in the middle of a batch of messages."""
    for number in range(12):
        setting.world.take(f"payment {number}")
        setting.send(setting.world.database.stream[-2:])
    invoke, calls = setting.functions.invoke, []

    def interrupted(**arguments: Any) -> Any:
        calls.append(arguments)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return invoke(**arguments)

    setting.functions.invoke = interrupted  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        setting.redrive()
    assert len(setting.queue.bodies["failures"]) == 10
    code, lines = setting.redrive()
    assert (code, setting.queue.bodies["failures"]) == (0, {})
    assert not any("in flight" in line for line in lines)


def test_messages_that_a_killed_run_hides_are_named(setting: Setting) -> None:
    setting.world.take("first")
    setting.send(setting.world.database.stream)
    setting.queue.receive_message(QueueUrl="failures", MaxNumberOfMessages=10)  # and then SIGKILL
    code, lines = setting.redrive()
    assert code == 1
    assert any(line.startswith("[red]stays[/red]  1 messages in flight") for line in lines)
    setting.queue.now += VISIBILITY_SECONDS
    assert setting.redrive()[0] == 0


@pytest.mark.parametrize(("counts", "left"), [([3, 2, 0], 0), ([1] * 100, 1)])
def test_own_messages_that_sqs_still_counts_are_waited_for(counts: list[int], left: int) -> None:
    """Its numbers are approximate, and right a minute later."""
    queue, waited = Queue(), []
    queue.send("by hand")
    run = Messages(queue, "failures", waited.append)
    for message in run:
        run.delete(message)
    queue.get_queue_attributes = lambda **_: {"Attributes": {messages.IN_FLIGHT: counts.pop(0)}}  # type: ignore[method-assign]
    assert run.in_flight() == left
    assert sum(waited) <= messages.COUNTS_SETTLE_SECONDS


def test_dead_letters_in_flight_are_counted(setting: Setting) -> None:
    setting.queue.send("by hand", "dead-letters")
    setting.queue.receive_message(QueueUrl="dead-letters", MaxNumberOfMessages=1)
    code, lines = setting.redrive()
    assert code == 1
    assert any("1 in dead-letters" in line for line in lines)


def test_a_postponement_is_due_no_audit_record(setting: Setting) -> None:
    """docs/audit.md: the settler looks again later, which is no change of a payment."""
    world = setting.world
    paid = world.take("first", token="tok_slow")  # noqa: S106 - the name of a case
    world.archive()
    world.change(paid, due_at={"S": "2026-11-23T10:20:00.000000Z"})
    setting.send(world.database.stream)
    code, lines = setting.redrive()
    assert code == 0
    assert setting.functions.events == []
    assert any("0 were missing" in line for line in lines)


def lose(world: World, key: str) -> None:
    del world.bucket.objects[key]


def make_stale(world: World, key: str) -> None:
    world.bucket.put(key, json.dumps({**json.loads(world.bucket.objects[key][0]), "version": 1}).encode())


@pytest.mark.parametrize("damage", [lose, make_stale])
def test_receipts_are_rebuilt_from_the_ledger(setting: Setting, damage: Callable[[World, str], None]) -> None:
    world = setting.world
    paid, other = world.take("first"), world.take("second")
    world.refund(paid, 10)
    world.archive()
    before = {key: world.bucket.objects[key][:2] for key in map(receipt_key, (paid, other))}
    damage(world, receipt_key(paid))
    code, lines = setting.redrive(receipts=True)
    assert code == 0
    assert {key: world.bucket.objects[key][:2] for key in before} == before, "as the archiver writes them"
    assert [line for line in lines if line.startswith("replayed")] == [
        f"replayed  {receipt_key(paid)}  rebuilt from the ledger"
    ]


def test_of_an_emptied_archive_what_cannot_be_rebuilt_is_named(setting: Setting) -> None:
    """With nothing in the queue: receipts come back, audit records do not."""
    world = setting.world
    payments = [world.take(f"payment {number}") for number in range(redrive.NAMED + 5)]
    world.archive()
    world.bucket.objects.clear()
    code, lines = setting.redrive(receipts=True)
    assert code == 1
    assert sorted(world.bucket.objects) == sorted(map(receipt_key, payments))
    named = [line for line in lines if line.startswith("[red]stays[/red]  pay_")]
    assert len(named) == redrive.NAMED
    assert all("no audit record: never made up from the ledger" in line for line in named)
    assert any(line.startswith("[red]stays[/red]  5 more without audit records") for line in lines)


@pytest.mark.parametrize(
    ("content", "says"),
    [(b'{"version": 2, "amount": 1}', "something else than the ledger"), (b"else", "something else stands")],
)
def test_a_receipt_that_says_something_else_stays_and_is_named(setting: Setting, content: bytes, says: str) -> None:
    world = setting.world
    paid = world.take("first")
    world.archive()
    world.bucket.put(receipt_key(paid), content)
    code, lines = setting.redrive(receipts=True)
    assert code == 1
    assert any(line.startswith(f"[red]stays[/red]  {receipt_key(paid)}") and says in line for line in lines)
    assert world.bucket.objects[receipt_key(paid)][0] == content


def test_a_receipt_that_changes_meanwhile_is_left_to_the_archiver(setting: Setting) -> None:
    world = setting.world
    paid = world.take("first")
    put = world.bucket.put_object
    world.bucket.put_object = lambda **arguments: (world.archive(), put(**arguments))[1]  # type: ignore[method-assign]
    code, lines = setting.redrive(receipts=True)
    assert code == 1
    assert any(f"{receipt_key(paid)}  it changed meanwhile" in line for line in lines)
    assert world.kinds() == []
