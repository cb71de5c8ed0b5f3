"""Reads that may be stale are stale: AWS promises their newest answer at some later time only.

- DynamoDB's reads without ConsistentRead: the first one finds nothing yet.
  https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.ReadConsistency.html
- Messages of a queue, without long polling: the first look finds none.
  https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-short-and-long-polling.html
- Listings that still have what was deleted a moment ago: the answer of the time before, once.
  https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteQueue.html
  https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html (changes are not always immediately visible)
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

EMPTY: dict[str, dict[str, dict[str, Any]]] = {
    "dynamodb": {
        "GetItem": {"Item": None},
        "Query": {"Items": [], "Count": 0, "LastEvaluatedKey": None},
        "Scan": {"Items": [], "Count": 0, "LastEvaluatedKey": None},
    },
    "sqs": {"ReceiveMessage": {"Messages": None}},
}
REPEATED = {"sqs": ("ListQueues",), "iam": ("ListRoles", "ListPolicies")}


class StaleReads:
    """Knows what was read before, by all clients."""

    def __init__(self) -> None:
        self._read: dict[str, dict[str, Any]] = {}
        self._answered: dict[str, dict[str, Any]] = {}

    def impose(self, client: Any) -> None:
        service = client.meta.service_model.service_name
        events = client.meta.events
        events.register(f"before-parameter-build.{service}", self._note_parameters)
        for operation, nothing in EMPTY.get(service, {}).items():
            events.register(f"after-call.{service}.{operation}", self._empty_first(service, operation, nothing))
        for operation in REPEATED.get(service, ()):
            # Before the pages are cut: a page follows from the whole answer.
            events.register_first(f"after-call.{service}.{operation}", self._old_once(service, operation))

    def _note_parameters(self, params: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
        context["asked"] = json.dumps(params, sort_keys=True, default=str)
        context["consistent"] = bool(params.get("ConsistentRead") or params.get("WaitTimeSeconds"))

    def _empty_first(self, service: str, operation: str, nothing: dict[str, Any]) -> Callable[..., None]:
        def after_call(parsed: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
            place = f"{service} {operation} {context['asked']}"
            if not context["consistent"] and place not in self._read:
                self._read[place] = {}
                for member, value in nothing.items():
                    parsed.pop(member, None) if value is None else parsed.__setitem__(member, copy.copy(value))

        return after_call

    def _old_once(self, service: str, operation: str) -> Callable[..., None]:
        def after_call(parsed: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
            place = f"{service} {operation} {context['asked']}"
            new = {name: value for name, value in parsed.items() if name != "ResponseMetadata"}
            if not context.get("offset"):  # the first page; those that follow are of the same answer
                self._answered[place] = self._read.get(place, new)
                self._read[place] = copy.deepcopy(new)
            for name in new:
                parsed.pop(name)
            parsed.update(copy.deepcopy(self._answered[place]))

        return after_call
