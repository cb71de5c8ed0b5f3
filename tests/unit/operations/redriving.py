"""A world whose archive is empty, the queue of what the archiver gave up, and the archiver behind its alias."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from botocore.exceptions import ClientError

from lib.operations import queue_messages
from lib.operations.queue_messages import VISIBILITY_SECONDS
from lib.operations.redrive import Redrive
from tests.silent_progress import SilentProgress
from tests.unit.operations.world import World

SETTLERS = "https://sqs/1/sqs-settler-dead-letters-dev"


@dataclass
class Queue:
    """A client of SQS with queues in memory, whose clock moves when somebody waits or works."""

    now: float = 0.0
    bodies: dict[str, dict[str, str]] = field(
        default_factory=lambda: {"failures": {}, "dead-letters": {}, SETTLERS: {}}
    )
    hidden_until: dict[str, float] = field(default_factory=dict)
    received: list[str] = field(default_factory=list)
    attributes: dict[str, Any] = field(default_factory=dict)  # of every message

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
            {"MessageId": name, "ReceiptHandle": name, "Body": bodies[name], "MessageAttributes": self.attributes}
            for name in found[:MaxNumberOfMessages]
        ]
        return {"Messages": shown} if shown else {}

    def get_queue_url(self, *, QueueName: str) -> dict[str, str]:  # noqa: N803
        return {"QueueUrl": next(url for url in self.bodies if url.endswith(f"/{QueueName}"))}

    def delete_message(self, *, QueueUrl: str, ReceiptHandle: str) -> None:  # noqa: N803
        del self.bodies[QueueUrl][ReceiptHandle]

    def change_message_visibility(self, *, QueueUrl: str, ReceiptHandle: str, VisibilityTimeout: int) -> None:  # noqa: N803
        assert ReceiptHandle in self.bodies[QueueUrl]
        self.hidden_until[ReceiptHandle] = self.now + VisibilityTimeout

    def get_queue_attributes(self, *, QueueUrl: str, AttributeNames: list[str]) -> dict[str, Any]:  # noqa: N803
        hidden = sum(self.hidden_until.get(name, 0) > self.now for name in self.bodies[QueueUrl])
        numbers = {queue_messages.WAITING: len(self.bodies[QueueUrl]) - hidden, queue_messages.IN_FLIGHT: hidden}
        return {"Attributes": {name: str(numbers[name]) for name in AttributeNames}}


@dataclass
class Functions:
    """A client of Lambda; the functions are what their aliases say. `settles`: how each run of the settler ends."""

    world: World
    queue: Queue
    aliases: tuple[str, ...] = ("alias-live-test",)
    seconds: float = 1.0  # that an invocation takes
    fails: bool = False
    events: list[bytes] = field(default_factory=list)
    settles: list[dict[str, Any] | ClientError] = field(default_factory=list)

    def get_paginator(self, operation: str) -> Functions:
        assert operation == "list_aliases"
        return self

    def paginate(self, *, FunctionName: str) -> list[dict[str, Any]]:  # noqa: N803
        assert FunctionName in ("archiver", "lambda-settler-dev")
        return [{"Aliases": [{"Name": name}]} for name in self.aliases]

    def invoke(self, *, FunctionName: str, Qualifier: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803
        assert Qualifier == "alias-live-test", "what the stream and the schedule call"
        if FunctionName == "lambda-settler-dev":
            ended = self.settles.pop(0)
            if isinstance(ended, ClientError):
                raise ended
            return ended
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
        progress = SilentProgress()
        clock = lambda: self.world.now + timedelta(days=1)  # noqa: E731
        return Redrive(self.world.stack, progress, clock=clock, **options).run(), progress.lines
