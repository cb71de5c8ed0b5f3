"""Logs and metrics of the functions. Nothing that looks like a card number gets into either."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter

from payments import cards
from payments.metrics import NO_UNIT, Metrics
from payments.payment import Payment
from payments.step import Step

# Fields that Lambda and the logger fill in, not requests.
FROM_THE_RUNTIME = {
    *("level", "location", "timestamp", "service", "cold_start"),
    *("function_name", "function_memory_size", "function_arn", "function_request_id"),
}


class RedactingFormatter(LambdaPowertoolsFormatter):
    """Structured JSON, with card numbers removed from every value before it is written: no field can be forgotten."""

    def serialize(self, log: Any) -> str:
        return super().serialize(
            {name: value if name in FROM_THE_RUNTIME else cards.redact_all(value) for name, value in log.items()}
        )


logger = Logger(logger_formatter=RedactingFormatter(utc=True))
metrics = Metrics()


def count(metric: str, number: float = 1) -> None:
    metrics.add(metric, number)


def report_gateway(metric: str, payment: Payment, step: Step, detail: str) -> None:
    """Count what a gateway answered, or that it did not; log of which payment's step, if there is a detail to tell."""
    count(metric)
    if not detail:
        return
    of = {"payment_id": payment.payment_id, "step": step.kind, "request_id": step.request_id}
    logger.info(metric, extra={**of, "gateway": payment.gateway, "detail": detail})


def count_change(status: str) -> None:
    """One change of the ledger, and the status that it led to."""
    # An alarm compares it with the archiver's runs.
    count("LedgerChanges")
    metrics.add("Payments", 1, dimension=("status", status))


def count_amount(currency: str, amount: int) -> None:
    """What a new payment is of, in minor units."""
    metrics.add("Amount", amount, NO_UNIT, dimension=("currency", currency))
