"""The data of an alarm: its metrics, when it fires, and its runbook."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

RUNBOOKS = "docs/runbooks"
PERIOD_SECONDS = 60


@dataclass(frozen=True)
class Metric:
    """One CloudWatch metric, with exactly the dimensions that the service publishes."""

    namespace: str
    name: str
    dimensions: Mapping[str, str]


@dataclass(frozen=True)
class Alarm:
    """Fires if the metric, or `expression` over m1, m2, …, reaches `threshold` in `datapoints` of `periods`.

    `page` is the runbook's name. `statistic` is one of CloudWatch's (Sum, Maximum) or a percentile (p99), `period` is
    in seconds. Missing data does not fire the alarm, because its metrics have data only if there is something to count.
    With `falls`, the alarm watches work that must continue: it fires below its threshold, and if data is missing.
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
    falls: bool = False

    @property
    def description(self) -> str:
        return f"{self.summary} Runbook: {RUNBOOKS}/{self.page}.md"
