"""The settler: the Lambda function that runs every minute and completes pending steps, found by a sparse index."""

from __future__ import annotations

import functools
from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from payments import settings
from payments.completion import Completion
from payments.gateway_calls import GatewayCalls
from payments.gateways import gateway
from payments.ledger import DynamoDbLedger
from payments.metrics import SECONDS
from payments.observability import count, logger, metrics, report_gateway
from payments.settling import Settler


def now() -> datetime:
    return datetime.now(UTC)


@functools.cache
def settler() -> Settler:
    """Created with the first run, and kept for the next ones."""
    ledger = DynamoDbLedger(
        settings.required(settings.TRANSACTIONS_TABLE), "", settings.required(settings.PENDING_INDEX)
    )
    completion = Completion(ledger, GatewayCalls(gateway, now, report_gateway), now, report_gateway)
    return Settler(ledger, completion, now, _failure)


@logger.inject_lambda_context
@metrics.written
def handler(event: dict[str, Any], context: LambdaContext) -> None:  # noqa: ARG001 - Lambda's signature
    """Settle the payments that are due. Raises an error if the ledger does not answer."""
    run = settler().run(context.aws_request_id, lambda: context.get_remaining_time_in_millis() / 1000)
    logger.info("settled", **vars(run))
    count("PendingPayments", run.pending)
    count("SettlerFailures", run.failed)
    metrics.add("OldestPendingSeconds", run.oldest_seconds, SECONDS)


def _failure(payment_id: str, error: Exception) -> None:
    logger.error("payment not settled", payment_id=payment_id, exc_info=error)
