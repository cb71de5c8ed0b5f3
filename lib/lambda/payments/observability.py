"""Logs and metrics of both functions. Nothing that looks like a card number gets into a log line."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

from payments import cards


class RedactingFormatter(LambdaPowertoolsFormatter):
    """Structured JSON, with card numbers removed from every value before it is written: no field can be forgotten."""

    def serialize(self, log: Any) -> str:
        return super().serialize(cards.redact_all(log))


logger = Logger(logger_formatter=RedactingFormatter(utc=True))
metrics = Metrics()


def count_business(status: str, currency: str, amount: int) -> None:
    """One thing done to a payment: how many and how much (minor units), by the status that it led to and the currency.

    In a blob of its own, because dimensions hold for all metrics of one.
    """
    business = EphemeralMetrics()
    business.add_dimension(name="status", value=status)
    business.add_dimension(name="currency", value=currency)
    business.add_metric(name="Payments", unit=MetricUnit.Count, value=1)
    business.add_metric(name="Amount", unit=MetricUnit.NoUnit, value=amount)
    business.flush_metrics()
