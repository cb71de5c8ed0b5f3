"""The demo's payments through the deployed API, their records, and the alarms."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from rich.markup import escape
from rich.table import Table

from lib.console.polling import wait_for
from lib.console.progress import Progress
from lib.demo.run_settler import run_settler
from lib.errors import ToolError
from lib.operations.archive import ArchiveReader
from lib.targets.deployment import MERCHANT, Deployment
from lib.targets.payments_client import Answer

ARCHIVE_SECONDS = 60.0
# The settler looks at a payment half a minute after it began (docs/payments.md).
SETTLE_SECONDS = 90.0
SETTLE_AGAIN_SECONDS = 5.0
RECENT = timedelta(hours=1)
LOG_LINES = 10
APPROVED = "tok_demo_visa"
PAYMENT: dict[str, Any] = {
    "amount": 1299,
    "currency": "EUR",
    "payment_token": APPROVED,
    "metadata": {"order": "A-17"},
}


@dataclass(frozen=True)
class Request:
    """One of the demo's requests: how it is sent, the expected status, and what to show of the answer."""

    title: str
    send: Callable[[], Answer]
    status: int
    shown: Callable[[Answer], str]


def take_payments(deployment: Deployment, progress: Progress) -> None:
    """Send requests that the gateway approves, declines or does not answer, and requests that the API refuses.

    Then run the settler until the pending payment has its outcome, and show the records of the approved payment.

    Raises ToolError if an answer has an unexpected status, or if a record is missing.
    """
    progress.show("[bold]Payments through the deployed API[/bold]")
    api, key = deployment.payments, f"order-{uuid.uuid4().hex[:12]}"
    made: dict[str, str] = {}

    def pay(name: str, token: str) -> Answer:
        answer = api.create({**PAYMENT, "payment_token": token}, f"{key}-{name}")
        if answer.status in (201, 202):
            made[name] = answer.body["payment_id"]
        return answer

    requests = [
        Request("the gateway approves", lambda: pay("approved", APPROVED), 201, _payment),
        Request("the same request again: a replay", lambda: pay("approved", APPROVED), 200, _replay),
        Request("the gateway declines", lambda: pay("declined", "tok_declined_insufficient_funds"), 402, _problem),
        Request("the gateway does not answer", lambda: pay("open", "tok_unknown_then_approved"), 202, _payment),
        Request("a key that was used, another token", lambda: pay("approved", "tok_other"), 409, _problem),
        Request("an amount of 0", lambda: api.create({**PAYMENT, "amount": 0}, f"{key}-zero"), 400, _problem),
        Request("not signed", lambda: api.create(PAYMENT, f"{key}-unsigned", signed=False), 403, _problem),
        Request("another merchant's path", lambda: api.of("tea-house").read(made["approved"]), 404, _problem),
        Request("read back", lambda: api.read(made["approved"]), 200, _payment),
    ]
    table = Table("request", "status", "answer")
    for request in requests:
        with progress.step(request.title) as step:
            answer = request.send()
            step.result(str(answer.status))
        if answer.status != request.status:
            show_log(deployment, progress)
            raise ToolError(
                f"{request.title}: the API answered {answer.status}, expected {request.status}: {answer.body}"
            )
        table.add_row(request.title, str(answer.status), escape(request.shown(answer)))
    progress.show(table)
    settle(deployment, progress, made["open"])
    show_records(deployment, progress, made["approved"])


def settle(deployment: Deployment, progress: Progress, payment_id: str) -> None:
    """Run the settler, as its schedule does every minute, until the pending payment has its outcome."""

    def outcome() -> Answer | None:
        run_settler(deployment)
        answer = deployment.payments.read(payment_id)
        return None if answer.body["status"] == "pending" else answer

    with progress.step("the settler repeats the gateway call with the same key") as step:
        step.update("half a minute after the request")
        answer = wait_for("the outcome of a pending payment", outcome, SETTLE_SECONDS, SETTLE_AGAIN_SECONDS)
        step.result(f"{payment_id} is {answer.body['status']}")


def show_log(deployment: Deployment, progress: Progress) -> None:
    """Show the payment function's last log lines after a failure, because they are lost with the emulator."""
    group = f"/aws/lambda/{deployment.outputs['payment_function_name']}"
    pages = deployment.client("logs").get_paginator("filter_log_events").paginate(logGroupName=group)
    events = [event for page in pages for event in page["events"]]
    for event in events[-LOG_LINES:]:
        progress.show(f"  [dim]{escape(event['message'].rstrip())}[/dim]")


def show_records(deployment: Deployment, progress: Progress, payment_id: str) -> None:
    """Show the item in the table, and its audit record and receipt."""
    with progress.step("records of the payment") as step:
        item = table_item(deployment, payment_id)
        step.update("payment found; waiting for its audit record")
        audit = wait_for("the audit record", lambda: audit_trail(deployment, payment_id), ARCHIVE_SECONDS)
        receipt_key = f"receipts/{MERCHANT}/{payment_id}.json"
        receipt = wait_for("the receipt", lambda: archived(deployment, receipt_key), ARCHIVE_SECONDS)
    table = Table("record", "where", "what")
    table.add_row("payment", escape(deployment.outputs["transactions_table_name"]), escape(_brief(item)))
    for key, record in audit:
        table.add_row("audit record", escape(key), escape(_brief(record)))
    table.add_row("receipt", escape(receipt_key), escape(_brief(receipt)))
    progress.show(table)


def show_alarms(deployment: Deployment, progress: Progress) -> None:
    """Show the state of each alarm."""
    table = Table(
        *("alarm", "state", "goes to"),
        caption="INSUFFICIENT_DATA: the alarm's metric has no data, because the emulator publishes no metrics of AWS.",
    )
    for page in deployment.client("cloudwatch").get_paginator("describe_alarms").paginate():
        for alarm in page["MetricAlarms"]:
            topics = ", ".join(arn.split(":")[-1] for arn in alarm["AlarmActions"])
            table.add_row(escape(alarm["AlarmName"]), alarm["StateValue"], escape(topics))
    progress.show(table)


def table_item(deployment: Deployment, payment_id: str) -> dict[str, Any]:
    """Return the payment's item as plain values. Raises ToolError if it does not exist."""
    from boto3.dynamodb.types import TypeDeserializer

    found = deployment.client("dynamodb").get_item(
        TableName=deployment.outputs["transactions_table_name"],
        Key={"payment_id": {"S": payment_id}},
        ConsistentRead=True,
    )
    if "Item" not in found:
        raise ToolError(f"the API answered for payment {payment_id}, which is not in the table; report this error")
    read = TypeDeserializer().deserialize
    return {name: read(value) for name, value in found["Item"].items()}


def audit_trail(deployment: Deployment, payment_id: str) -> list[tuple[str, dict[str, Any]]]:
    """Return a payment's audit records of the last hour in order, each with the key of its object."""
    archive = ArchiveReader(deployment.client("s3"), deployment.outputs["audit_bucket_name"])
    recent = archive.audit_since(datetime.now(UTC) - RECENT)
    found = [(key, record) for key, record in recent if record["payment_id"] == payment_id]
    return sorted(found, key=lambda entry: int(entry[1]["sequence_number"]))


def archived(deployment: Deployment, key: str) -> dict[str, Any] | None:
    """Return one object of the archive, or None if it does not exist yet."""
    client = deployment.client("s3")
    try:
        found = client.get_object(Bucket=deployment.outputs["audit_bucket_name"], Key=key)
    except client.exceptions.NoSuchKey:
        return None
    content: dict[str, Any] = json.loads(found["Body"].read())
    return content


def _payment(answer: Answer) -> str:
    return _brief(answer.body)


def _replay(answer: Answer) -> str:
    replayed = answer.headers.get("Idempotency-Replayed")
    return f"Idempotency-Replayed: {replayed}; {_brief(answer.body)}"


def _problem(answer: Answer) -> str:
    body = answer.body if isinstance(answer.body, dict) else {}
    parts = [str(body[name]) for name in ("title", "message", "decline_code", "detail") if body.get(name)]
    parts += [f"{error['pointer']} {error['detail']}" for error in body.get("errors", [])]
    return ": ".join(parts) or str(answer.body)


def _brief(record: dict[str, Any]) -> str:
    """Return the most important members in one line."""
    members = ("payment_id", "status", "amount", "currency", "livemode", "event", "created_at")
    return ", ".join(f"{name} {record[name]}" for name in members if name in record) or json.dumps(record)[:160]
