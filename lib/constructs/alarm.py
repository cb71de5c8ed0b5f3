"""What an alarm is: the metrics that it watches, when it goes off, and the runbook that it names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

RUNBOOKS = "docs/runbooks"
PERIOD_SECONDS = 60


@dataclass(frozen=True)
class Metric:
    """One CloudWatch metric: its dimensions are exactly those that the service publishes it under."""

    namespace: str
    name: str
    dimensions: Mapping[str, str]


@dataclass(frozen=True)
class Alarm:
    """Goes off when the metric, or `expression` over m1, m2, …, reaches `threshold` in `datapoints` of `periods`.

    `page` is the runbook's name. `statistic` is a CloudWatch one (Sum, Maximum) or a percentile (p99), `period` in
    seconds. No data is no alarm: these metrics are published only when there is something to count.
    docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
    """

    purpose: str
    page: str
    summary: str
    metrics: tuple[Metric, ...]
    threshold: float
    statistic: str = "Sum"
    datapoints: int = 1
    periods: int = 1
    period: int = PERIOD_SECONDS
    expression: str | None = None

    @property
    def description(self) -> str:
        return f"{self.summary} Runbook: {RUNBOOKS}/{self.page}.md"
