"""What AWS does and the emulator does not, imposed on boto3 clients: whoever uses them must bear it.

Each module is one behaviour: it registers handlers of botocore's events with a client, and keeps in its own object what
all clients of a run must know together.
https://botocore.amazonaws.com/v1/documentation/api/latest/topics/events.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from tests.integration.aws_behaviour.paging import PagesOfOne
from tests.integration.aws_behaviour.queue_names import DeletedQueueNames
from tests.integration.aws_behaviour.settling import Settling
from tests.integration.aws_behaviour.stale_reads import StaleReads
from tests.integration.aws_behaviour.throttling import Throttling

Connect = Callable[[str], Any]


class Behaviour(Protocol):
    """One of the modules' classes."""

    def impose(self, client: Any) -> None:
        """Register the handlers with a client, before it is used."""


def imposed(connect: Connect) -> Connect:
    """`connect(service)`, with every behaviour imposed on each client that it gives."""
    # Throttling comes last: what another one answers instead of AWS is not throttled.
    behaviours: list[Behaviour] = [PagesOfOne(), StaleReads(), DeletedQueueNames(), Settling(), Throttling()]

    def connected(service: str) -> Any:
        client = connect(service)
        for behaviour in behaviours:
            behaviour.impose(client)
        return client

    return connected
