"""The name of a deleted queue cannot be used again for 60 seconds.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html (QueueDeletedRecently)
"""

from __future__ import annotations

import re
import time
from typing import Any

from tests.integration.aws_behaviour import answers

BLOCKED_SECONDS = 60.0
CODE = "AWS.SimpleQueueService.QueueDeletedRecently"


class DeletedQueueNames:
    """Knows which queues the clients have deleted, and when."""

    def __init__(self) -> None:
        self._deleted: dict[str, float] = {}

    def impose(self, client: Any) -> None:
        if client.meta.service_model.service_name != "sqs":
            return

        def note(request: Any, **_: Any) -> None:
            found = re.search(r'"QueueUrl": ?"[^"]*/([^"/]+)"', answers.parameters(request))
            if found:
                self._deleted[found[1]] = time.monotonic()

        def refuse(request: Any, **_: Any) -> Any:
            found = re.search(r'"QueueName": ?"([^"]+)"', answers.parameters(request))
            name = found[1] if found else ""
            if time.monotonic() - self._deleted.get(name, float("-inf")) >= BLOCKED_SECONDS:
                return None
            message = f"You must wait 60 seconds after deleting a queue before you can create {name} again."
            return answers.error(client, request, CODE, message, 400)

        client.meta.events.register("before-send.sqs.DeleteQueue", note)
        client.meta.events.register("before-send.sqs.CreateQueue", refuse)
