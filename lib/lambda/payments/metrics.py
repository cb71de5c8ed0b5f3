"""Metrics in CloudWatch's embedded metric format: one line of JSON for each run of a function.

docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
Powertools' metrics are not used: they write a line for each set of dimensions, in a tenth of a payment's CPU time.
"""

from __future__ import annotations

import functools
import json
import os
import time
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")
COUNT, MILLISECONDS, SECONDS, NO_UNIT = "Count", "Milliseconds", "Seconds", "None"


class Metrics:
    """The metrics of one run. Namespace and service come from Powertools' environment variables."""

    def __init__(self) -> None:
        self._values: dict[str, list[float]] = {}
        self._units: dict[str, str] = {}
        # Metric -> name and value of its further dimension.
        self._dimensions: dict[str, tuple[str, str]] = {}

    def add(self, metric: str, value: float, unit: str = COUNT, dimension: tuple[str, str] | None = None) -> None:
        """Add a value. `dimension` is (name, value), in addition to `service`.

        A metric has at most one such dimension, because CloudWatch charges for each combination of values.
        """
        if self._dimensions.get(metric, dimension) != dimension:  # a line can have one value for each dimension
            self.write()
        if unit == COUNT:  # added up, because a line can have at most 100 values of a metric
            value += sum(self._values.pop(metric, []))
        self._values.setdefault(metric, []).append(value)
        self._units[metric] = unit
        if dimension:
            self._dimensions[metric] = dimension

    def write(self) -> None:
        """Print the metrics, and clear them."""
        if not self._values:
            return
        plain = [metric for metric in self._values if metric not in self._dimensions]
        sets = [(["service"], plain)] if plain else []
        sets += [(["service", name], [metric]) for metric, (name, _) in self._dimensions.items()]
        directives = [self._directive(*one) for one in sets]
        document = {
            "_aws": {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": directives},
            "service": os.environ["POWERTOOLS_SERVICE_NAME"],
            **dict(self._dimensions.values()),
            **self._values,
        }
        self._values, self._units, self._dimensions = {}, {}, {}
        print(json.dumps(document, separators=(",", ":")))

    def written(self, handler: Callable[..., T]) -> Callable[..., T]:
        """Return a handler that calls the given one and then writes the metrics, even if it raises an error."""

        @functools.wraps(handler)
        def run(*arguments: Any, **named: Any) -> T:
            try:
                return handler(*arguments, **named)
            finally:
                self.write()

        return run

    def _directive(self, dimensions: list[str], metrics: list[str]) -> dict[str, Any]:
        return {
            "Namespace": os.environ["POWERTOOLS_METRICS_NAMESPACE"],
            "Dimensions": [dimensions],
            "Metrics": [{"Name": metric, "Unit": self._units[metric]} for metric in metrics],
        }
