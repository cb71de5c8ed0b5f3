"""Logs, metrics and traces of both functions. Nothing that looks like a card number gets into any of them."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

from payments import cards


class RedactingFormatter(LambdaPowertoolsFormatter):
    """Structured JSON, with card numbers removed from every value before it is written: no field can be forgotten."""

    def serialize(self, log: Any) -> str:
        return super().serialize(cards.redact_all(log))


logger = Logger(logger_formatter=RedactingFormatter(utc=True))
metrics = Metrics()
# A subsegment for each call to AWS, and no more: other libraries are not worth the time that patching takes.
tracer = Tracer(patch_modules=["botocore"])
# Of a handler: a trace has neither what it answers nor a second copy of what it raises. X-Ray's own library takes down
# an exception with its message, as Lambda's log does: so none that leaves a handler may say anything of a request.
traced = tracer.capture_lambda_handler(capture_response=False, capture_error=False)


def count_change(status: str, currency: str) -> None:
    """One change of the ledger, and the status that it led to. The trace can be found by status and currency."""
    tracer.put_annotation(key="status", value=status)
    tracer.put_annotation(key="currency", value=currency)
    # An alarm compares it with the archiver's runs.
    metrics.add_metric(name="LedgerChanges", unit=MetricUnit.Count, value=1)
    _count_by("status", status, "Payments", MetricUnit.Count, 1)


def count_amount(currency: str, amount: int) -> None:
    """What a new payment is of, in minor units."""
    _count_by("currency", currency, "Amount", MetricUnit.NoUnit, amount)


def _count_by(dimension: str, value: str, metric: str, unit: MetricUnit, number: int) -> None:
    """In a blob of its own, because dimensions hold for all metrics of one.

    One dimension at a time: each combination of values is a metric that costs (docs/operations.md, "What it costs").
    """
    blob = EphemeralMetrics()
    blob.add_dimension(name=dimension, value=value)
    blob.add_metric(name=metric, unit=unit, value=number)
    blob.flush_metrics()
