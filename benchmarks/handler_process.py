"""Measures one handler in its own process: `python handler_process.py MODULE COUNT` prints a line of JSON.

Run it with the Lambda functions' libraries on PYTHONPATH and the emulator as AWS_ENDPOINT_URL. The JSON has {"import
seconds", and for each of new, replay, refund and decline: measures}; measures of COUNT calls: seconds, cpu seconds,
requests, bytes sent, write units and read units. Units are those that DynamoDB reports (ReturnConsumedCapacity). For a
refused conditional write, DynamoDB reports no units and charges the item's size in whole kilobytes:
docs.aws.amazon.com/amazondynamodb/latest/developerguide/WorkingWithItems.html#WorkingWithItems.ConditionalUpdate
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import math
import sys
import time
import uuid
from collections import Counter
from dataclasses import dataclass
from typing import Any

WARM_UP = 20
PAYMENTS = "/merchants/shop/payments"


@dataclass
class Context:
    """What Lambda hands over beside the event."""

    function_name: str = "lambda-bench"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:::function:lambda-bench"
    aws_request_id: str = "bench"

    def get_remaining_time_in_millis(self) -> int:
        return 10_000


def main() -> None:
    module, count = sys.argv[1], int(sys.argv[2])
    begin = time.perf_counter()
    imported = importlib.import_module(module)
    if module == "boto3":
        imported.client("dynamodb")
        answer: dict[str, Any] = {"import seconds": time.perf_counter() - begin}
    else:
        _make_client(imported)
        answer = {"import seconds": time.perf_counter() - begin}
        if count:
            answer |= _measured(imported.handler, count)
    print(json.dumps(answer))


def _make_client(module: Any) -> None:
    """Ours makes its client at the first request; a cold start is not over before."""
    if hasattr(module, "payments"):
        module.payments()


def _measured(handler: Any, count: int) -> dict[str, Any]:
    counted: Counter[str] = Counter()
    _listen(counted)
    payments = [_payment() for _ in range(count)]
    warmed = _calls(handler, [_payment() for _ in range(WARM_UP)])
    _calls(handler, [_refund(payment_id) for payment_id in warmed])
    measured = {what: _timed(handler, payments, counted) for what in ("new", "replay")}
    refunds = [_refund(payment_id) for payment_id in _calls(handler, payments)]
    declines = [_payment("tok_declined_insufficient_funds") for _ in range(count)]
    return {
        **measured,
        "refund": _timed(handler, refunds, counted),
        "decline": _timed(handler, declines, counted),
    }


def _timed(handler: Any, events: list[dict[str, Any]], counted: Counter[str]) -> dict[str, float]:
    counted.clear()
    wall, cpu = time.perf_counter(), time.process_time()
    _calls(handler, events)
    return {"seconds": time.perf_counter() - wall, "cpu seconds": time.process_time() - cpu, **counted}


def _calls(handler: Any, events: list[dict[str, Any]]) -> list[str]:
    """The payments' ids, as the handler answers them."""
    answers = []
    with contextlib.redirect_stdout(io.StringIO()):
        for event in events:
            answer = handler(event, Context())
            if answer["statusCode"] not in (200, 201, 402):
                raise SystemExit(f"the handler answered {answer}")
            answers.append(answer)
    return [json.loads(answer["body"])["payment_id"] for answer in answers]


def _listen(counted: Counter[str]) -> None:
    """Count each request of every client that there is, and what it consumed."""
    import gc

    from botocore.client import BaseClient

    def ask(params: dict[str, Any], **_: Any) -> None:
        params["ReturnConsumedCapacity"] = "TOTAL"

    def sent(request: Any, **_: Any) -> None:
        counted["requests"] += 1
        counted["bytes"] += len(request.body or b"")

    def item_units(parsed: dict[str, Any]) -> int:
        return math.ceil(len(json.dumps(parsed.get("Item", {}))) / 1024)

    def received(parsed: dict[str, Any], model: Any, **_: Any) -> None:
        if parsed.get("Error", {}).get("Code") == "ConditionalCheckFailedException":
            counted["write units"] += item_units(parsed)
        capacity = parsed.get("ConsumedCapacity", {})
        kind = "read units" if model.name in ("GetItem", "Query") else "write units"
        counted[kind] += capacity.get("CapacityUnits", 0)

    for client in [thing for thing in gc.get_objects() if isinstance(thing, BaseClient)]:
        events = client.meta.events
        events.register("before-parameter-build.dynamodb.*", ask)
        events.register("before-send.dynamodb.*", sent)
        events.register("after-call.dynamodb.*", received)


def _payment(token: str = "tok_4f9a") -> dict[str, Any]:  # noqa: S107 - not a password
    return _event(PAYMENTS, {"amount": 4200, "currency": "EUR", "payment_token": token})


def _refund(payment_id: str) -> dict[str, Any]:
    return _event(f"{PAYMENTS}/{payment_id}/refunds", {"amount": 1200})


def _event(path: str, body: dict[str, Any]) -> dict[str, Any]:
    """As an HTTP API sends it, payload format 2.0, under a key of its own."""
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"content-type": "application/json", "idempotency-key": str(uuid.uuid4())},
        "requestContext": {
            "requestId": "bench",
            "stage": "$default",
            "http": {"method": "POST", "path": path, "sourceIp": "127.0.0.1", "userAgent": "bench"},
            "authorizer": {
                "iam": {"userArn": "arn:aws:iam::000000000000:user/bench", "userId": "AIDAEXAMPLEBENCH00001"}
            },
        },
        "body": json.dumps(body),
        "isBase64Encoded": False,
    }


if __name__ == "__main__":
    main()
