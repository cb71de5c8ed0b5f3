"""Logs and metrics of the functions, without card numbers."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter

from payments import cards
from payments.metrics import NO_UNIT, Metrics
from payments.payment import Payment
from payments.step import Step

# Fields whose values come from Lambda and the logger, not from requests.
FROM_THE_RUNTIME = {
    *("level", "location", "timestamp", "service", "cold_start"),
    *("function_name", "function_memory_size", "function_arn", "function_request_id"),
}


class RedactingFormatter(LambdaPowertoolsFormatter):
    """Structured JSON. Card numbers are removed from every value before it is written, whatever its field."""

    def serialize(self, log: Any) -> str:
        return super().serialize(
            {name: value if name in FROM_THE_RUNTIME else cards.redact_all(value) for name, value in log.items()}
        )


logger = Logger(logger_formatter=RedactingFormatter(utc=True))
metrics = Metrics()


def count(metric: str, number: float = 1) -> None:
    metrics.add(metric, number)


def report_gateway(metric: str, payment: Payment, step: Step, detail: str) -> None:
    """Count a gateway's answer, or a missing answer, under `metric`. With a `detail`, log payment and step too."""
    count(metric)
    if not detail:
        return
    of = {"payment_id": payment.payment_id, "step": step.kind, "request_id": step.request_id}
    logger.info(metric, extra={**of, "gateway": payment.gateway, "detail": detail})


def count_change(status: str) -> None:
    """Count a change of the ledger, and the payment's new status."""
    # An alarm compares this metric with the archiver's invocations.
    count("LedgerChanges")
    metrics.add("Payments", 1, dimension=("status", status))


def count_amount(currency: str, amount: int) -> None:
    """Count the amount of a new payment, in minor units."""
    metrics.add("Amount", amount, NO_UNIT, dimension=("currency", currency))
