"""What is given to the archiver again: by which version of it, in which batches; what a run leaves that ends early."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from lib.errors import ToolError
from lib.operations import queue_messages, replay
from lib.operations.queue_messages import VISIBILITY_SECONDS, Messages
from tests.unit.operations.redriving import SETTLERS, Queue, Setting
from tests.unit.operations.world import receipt_key


def test_what_was_given_up_is_archived_by_the_alias(setting: Setting) -> None:
    paid = setting.world.take("first")
    setting.send(setting.world.database.stream)
    code, lines = setting.redrive()
    assert (code, lines[-1]) == (0, "[green]all replayed; check with make reconcile[/green]")
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
    queue.get_queue_attributes = lambda **_: {"Attributes": {queue_messages.IN_FLIGHT: counts.pop(0)}}  # type: ignore[method-assign]
    assert run.in_flight() == left
    assert sum(waited) <= queue_messages.COUNTS_SETTLE_SECONDS


def test_dead_letters_in_flight_are_counted(setting: Setting) -> None:
    setting.queue.send("by hand", "dead-letters")
    setting.queue.receive_message(QueueUrl="dead-letters", MaxNumberOfMessages=1)
    code, lines = setting.redrive()
    assert code == 1
    assert any("1 in dead-letters" in line for line in lines)


RAN = {"Payload": io.BytesIO(b"null")}


def test_one_run_of_the_settler_does_what_failed_ones_should_have_done(setting: Setting) -> None:
    """Also more of them than SQS hands over at once."""
    setting.queue.attributes = {"ErrorMessage": {"StringValue": "no key", "DataType": "String"}}
    for _ in range(12):
        setting.queue.send({"source": "aws.events"}, SETTLERS)
    setting.functions.settles = [RAN]
    code, lines = setting.redrive()
    assert (code, setting.queue.bodies[SETTLERS], setting.functions.settles) == (0, {}, [])
    assert sum(line.startswith("replayed  run message-") and "which failed: no key" in line for line in lines) == 12
    assert setting.redrive()[1][-1] == "[green]nothing waits[/green]", "without another run"


@pytest.mark.parametrize(
    ("ends", "says"),
    [
        ({"FunctionError": "Unhandled", "Payload": io.BytesIO(b'{"errorMessage": "no key"}')}, "failed: no key"),
        (ClientError({"Error": {"Code": "TooManyRequestsException"}}, "Invoke"), "the settler runs just now"),
    ],
)
def test_runs_that_cannot_be_done_now_stay_and_are_named(setting: Setting, ends: Any, says: str) -> None:
    for _ in range(2):
        setting.queue.send({"source": "aws.events"}, SETTLERS)
    setting.functions.settles = [ends]
    code, lines = setting.redrive()
    assert (code, len(setting.queue.bodies[SETTLERS]), setting.functions.settles) == (1, 2, []), "it is asked once"
    stay = [line for line in lines if line.startswith("[red]stays[/red]  run message-")]
    assert len(stay) == 2
    assert all(says in line and "docs/runbooks/settler-dead-letters.md" in line for line in stay)
    setting.functions.settles = [RAN]
    assert setting.redrive()[0] == 0, "they can be had at once"


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
    assert any("0 records had no audit record" in line for line in lines)
