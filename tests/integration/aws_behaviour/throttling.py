"""Now and then a request is throttled, and succeeds when it is sent again.

https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from tests.integration.aws_behaviour import answers

# The first of each operation, and then one of so many. What follows a throttled one is let through: two attempts are
# all that the emulator's clients make.
ONE_IN = 200
CODES = {"s3": ("SlowDown", 503), "lambda": ("TooManyRequestsException", 429), "iam": ("Throttling", 400)}


class Throttling:
    """Counts the requests of all clients together."""

    def __init__(self) -> None:
        self._sent: Counter[tuple[str, str]] = Counter()
        self.throttled = 0

    def impose(self, client: Any) -> None:
        service = client.meta.service_model.service_name

        def before_send(request: Any, event_name: str, **_: Any) -> Any:
            operation = event_name.rpartition(".")[2]
            number = self._sent[service, operation]
            self._sent[service, operation] += 1
            if number % ONE_IN:
                return None
            self.throttled += 1
            code, status = CODES.get(service, ("ThrottlingException", 400))
            return answers.error(client, request, code, "Rate exceeded", status)

        client.meta.events.register_last("before-send", before_send)
