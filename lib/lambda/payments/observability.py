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


def count_business(status: str, currency: str, amount: int) -> None:
    """One thing done to a payment: how many and how much (minor units), by the status that it led to and the currency.

    In a blob of its own, because dimensions hold for all metrics of one. The trace can be found by the same two.
    """
    tracer.put_annotation(key="status", value=status)
    tracer.put_annotation(key="currency", value=currency)
    business = EphemeralMetrics()
    business.add_dimension(name="status", value=status)
    business.add_dimension(name="currency", value=currency)
    business.add_metric(name="Payments", unit=MetricUnit.Count, value=1)
    business.add_metric(name="Amount", unit=MetricUnit.NoUnit, value=amount)
    business.flush_metrics()
