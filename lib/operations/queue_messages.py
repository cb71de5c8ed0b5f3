"""Reads each message of a queue once in a run. At the end, messages that were not deleted become visible again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Message = Mapping[str, Any]

# In seconds, and longer than processing a message takes. The messages of a killed run stay hidden for this time.
VISIBILITY_SECONDS = 300
WAIT_SECONDS = 1  # long polling: SQS then queries all servers of the queue
# SQS's numbers are approximate, and correct a minute after the last change:
# docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-resources-required-process-messages.html
COUNTS_SETTLE_SECONDS = 75.0
LOOK_SECONDS = 5.0
WAITING = "ApproximateNumberOfMessages"
IN_FLIGHT = "ApproximateNumberOfMessagesNotVisible"


@dataclass
class Messages:
    """One run over a queue. `client`: a boto3 SQS client."""

    client: Any
    url: str
    sleep: Callable[[float], None] = time.sleep
    _held: dict[str, str] = field(
        default_factory=dict
    )  # id -> receipt handle of received messages that were not deleted
    _changed: bool = False  # True: SQS may still count our own deleted and returned messages as in flight

    def __iter__(self) -> Iterator[Message]:
        """Yield each message once. At the end, messages that were not deleted become visible again."""
        seen: set[str] = set()
        again: set[str] = set()  # messages received again since the last new one; if one comes a third time, end
        try:
            while received := self._receive():
                ids = {message["MessageId"] for message in received}
                new = [message for message in received if message["MessageId"] not in seen]
                if not new and ids & again:
                    break
                again = set() if new else again | ids
                seen |= ids
                for message in new:
                    self._hide(message)
                    yield message
        finally:
            for handle in self._held.values():
                self.client.change_message_visibility(QueueUrl=self.url, ReceiptHandle=handle, VisibilityTimeout=0)
                self._changed = True
            self._held.clear()

    def delete(self, message: Message) -> None:
        self.client.delete_message(QueueUrl=self.url, ReceiptHandle=self._held.pop(message["MessageId"]))
        self._changed = True

    def in_flight(self) -> int:
        """Return the number of messages that another run holds, or hid before it was killed.

        Waits until SQS no longer counts this run's own messages.
        """
        end = COUNTS_SETTLE_SECONDS if self._changed else 0.0
        while (count := counted(self.client, self.url, IN_FLIGHT)) and end > 0:
            self.sleep(LOOK_SECONDS)
            end -= LOOK_SECONDS
        return count

    def _receive(self) -> list[Message]:
        answer = self.client.receive_message(
            QueueUrl=self.url,
            MaxNumberOfMessages=10,
            MessageAttributeNames=["All"],
            WaitTimeSeconds=WAIT_SECONDS,
            VisibilityTimeout=VISIBILITY_SECONDS,
        )
        found: list[Message] = answer.get("Messages", [])
        self._held |= {message["MessageId"]: message["ReceiptHandle"] for message in found}
        return found

    def _hide(self, message: Message) -> None:
        """Restart the time for which the message is hidden: earlier messages of the same answer took a part of it."""
        self.client.change_message_visibility(
            QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=VISIBILITY_SECONDS
        )


def counted(client: Any, url: str, *names: str) -> int:
    """Return the sum of the queue's attributes `names`, such as ApproximateNumberOfMessages."""
    attributes = client.get_queue_attributes(QueueUrl=url, AttributeNames=list(names))["Attributes"]
    return sum(int(attributes[name]) for name in names)
