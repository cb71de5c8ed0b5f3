"""Finds the metrics of alarms and their entries in metrics.toml, and checks that CloudWatch has data for them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lib.aspects.metric_tables import TABLES
from lib.aspects.terraform_json import (
    MISSING,
    Attributes,
    Resource,
    StackView,
    blocks,
    format_value,
    literal,
    reference,
)

ALARM, LOG_FILTER = "aws_cloudwatch_metric_alarm", "aws_cloudwatch_log_metric_filter"
# Environment variable with the value of the dimension `service` of a function's custom metrics.
SERVICE, NAMESPACE = "POWERTOOLS_SERVICE_NAME", "POWERTOOLS_METRICS_NAMESPACE"


@dataclass(frozen=True)
class Metric:
    """A metric of an alarm, from its arguments or from one of its `metric_query` blocks."""

    id: str  # id of the query; empty for the alarm's own arguments
    attributes: Attributes
    statistic: Any

    @property
    def name(self) -> tuple[str, str]:
        return str(self.attributes.get("namespace")), str(self.attributes.get("metric_name"))

    @property
    def dimensions(self) -> Mapping[str, Any]:
        dimensions = self.attributes.get("dimensions")
        given = dimensions.items() if isinstance(dimensions, Mapping) else ()
        return {name: value for name, value in given if value is not None}


def metrics_of(alarm: Attributes) -> list[Metric]:
    """Return the metrics of an alarm: of its own arguments, or of its queries."""
    found = [
        Metric(str(query.get("id")), metric, metric.get("stat"))
        for query in blocks(alarm, "metric_query")
        for metric in blocks(query, "metric")
    ]
    if found and literal(alarm.get("metric_name")) is MISSING:
        return found
    return [Metric("", alarm, alarm.get("statistic") or alarm.get("extended_statistic")), *found]


def entry_of(stack: StackView, metric: Metric) -> Mapping[str, Any] | None:
    """Return a metric's entry from metrics.toml, the conventions or the stack's metric filters; None if it has none."""
    if any(_counts(log_filter, metric.name) for log_filter in stack.of(LOG_FILTER)):
        return {"kind": "failures", "dimensions": [[]]}
    namespace, name = metric.name
    service = str(literal(metric.dimensions.get("service")))
    own = stack.conventions.metrics
    tables = own.get(service) if "service" in metric.dimensions else TABLES["metrics"].get(namespace)
    entry: Mapping[str, Any] | None = (tables or {}).get(name)
    return entry


def _counts(log_filter: Resource, name: tuple[str, str]) -> bool:
    """Return True if a metric filter publishes a metric with this (namespace, name)."""
    transformations = blocks(log_filter.attributes, "metric_transformation")
    return any((each.get("namespace"), each.get("name")) == name for each in transformations)


def without_data(stack: StackView, metric: Metric) -> Iterator[str]:
    """Yield a message for each reason why CloudWatch has no data for a metric."""
    name = " ".join(metric.name)
    entry = entry_of(stack, metric)
    if entry is None:
        expected = "expected a metric of lib/aspects/metrics.toml or of the conventions"
        yield f"the metric {name} is not listed for its dimensions; {expected}"
        return
    if set(metric.dimensions) not in [set(names) for names in entry["dimensions"]]:
        expected = " or ".join(", ".join(names) for names in entry["dimensions"])
        yield f"{name} has the dimensions {', '.join(metric.dimensions) or 'none'}; expected {expected}"
    yield from foreign_dimensions(stack, metric)
    unit = metric.attributes.get("unit")
    if literal(unit) is not MISSING:
        yield f"unit is {format_value(unit)}; expected none, because there is no data with another unit"


def foreign_dimensions(stack: StackView, metric: Metric) -> Iterator[str]:
    """Yield a message for each dimension that does not name a resource of this stack."""
    for dimension, value in metric.dimensions.items():
        if not _is_declared(stack, metric, dimension, value):
            named = f"the dimension {dimension} of {' '.join(metric.name)} is {format_value(value)}"
            yield f"{named}; expected a resource of this stack"


def _is_declared(stack: StackView, metric: Metric, dimension: str, value: Any) -> bool:
    if dimension == "service":
        return any(_emits(stack, function, metric.name[0], value) for function in stack.of("aws_lambda_function"))
    if dimension == "GlobalSecondaryIndexName":
        return _is_index(stack, metric.dimensions.get("TableName"), value)
    known = TABLES["dimensions"].get(dimension, {})
    if "words" in known:
        return re.fullmatch(known["words"], str(literal(value))) is not None
    return any(resource.is_referenced_by(value, *known["by"]) for resource in stack.of(*known.get("types", ())))


def _emits(stack: StackView, function: Resource, namespace: str, service: Any) -> bool:
    """Return True if a function's handler is this service's, and its environment names this namespace and service."""
    handler = stack.conventions.handler.replace("{service}", str(service))
    return literal(function.attributes.get("handler")) == handler and any(
        isinstance(variables := block.get("variables"), Mapping)
        and (variables.get(NAMESPACE), variables.get(SERVICE)) == (namespace, service)
        for block in blocks(function.attributes, "environment")
    )


def _is_index(stack: StackView, table: Any, name: Any) -> bool:
    to = reference(table)
    owner = stack.get(to) if to else None
    indexes = blocks(owner.attributes, "global_secondary_index") if owner else []
    return isinstance(literal(name), str) and any(index.get("name") == name for index in indexes)
