"""Metrics: which an alarm has, what metrics.toml says of them, and whether CloudWatch has data for them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
TABLES: Mapping[str, Any] = tomllib.loads((Path(__file__).parent / "metrics.toml").read_text())
# What a function calls itself: the dimension `service` of the metrics that it counts.
SERVICE, NAMESPACE = "POWERTOOLS_SERVICE_NAME", "POWERTOOLS_METRICS_NAMESPACE"


@dataclass(frozen=True)
class Metric:
    """One metric as an alarm has it: in its own arguments, or in one of its `metric_query` blocks."""

    id: str  # of the query; empty in the alarm's own arguments
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
    """The metrics of an alarm, those of its queries included."""
    found = [
        Metric(str(query.get("id")), metric, metric.get("stat"))
        for query in blocks(alarm, "metric_query")
        for metric in blocks(query, "metric")
    ]
    if found and literal(alarm.get("metric_name")) is MISSING:
        return found
    return [Metric("", alarm, alarm.get("statistic") or alarm.get("extended_statistic")), *found]


def entry_of(stack: StackView, metric: Metric) -> Mapping[str, Any] | None:
    """What metrics.toml says of a metric; None for one that neither it nor a filter of the stack's logs knows."""
    if any(_counts(log_filter, metric.name) for log_filter in stack.of(LOG_FILTER)):
        return {"kind": "failures", "dimensions": [[]]}
    namespace, name = metric.name
    service = str(literal(metric.dimensions.get("service")))
    tables = TABLES["emitted"].get(service) if "service" in metric.dimensions else TABLES["metrics"].get(namespace)
    entry: Mapping[str, Any] | None = (tables or {}).get(name)
    return entry


def _counts(log_filter: Resource, name: tuple[str, str]) -> bool:
    """Whether a filter counts lines of a log under a metric's name."""
    transformations = blocks(log_filter.attributes, "metric_transformation")
    return any((each.get("namespace"), each.get("name")) == name for each in transformations)


def without_data(stack: StackView, metric: Metric) -> Iterator[str]:
    """Why CloudWatch has no data for a metric."""
    name = " ".join(metric.name)
    entry = entry_of(stack, metric)
    if entry is None:
        yield f"the metric {name} is not listed for its dimensions; expected one of lib/aspects/metrics.toml"
        return
    if set(metric.dimensions) not in [set(names) for names in entry["dimensions"]]:
        expected = " or ".join(", ".join(names) for names in entry["dimensions"])
        yield f"{name} has the dimensions {', '.join(metric.dimensions) or 'none'}; expected {expected}"
    yield from foreign_dimensions(stack, metric)
    unit = metric.attributes.get("unit")
    if literal(unit) is not MISSING:
        yield f"unit is {format_value(unit)}; expected none: under another unit there is no data"


def foreign_dimensions(stack: StackView, metric: Metric) -> Iterator[str]:
    """A message for each dimension that names nothing of this stack."""
    for dimension, value in metric.dimensions.items():
        if not _is_declared(stack, metric, dimension, value):
            named = f"the dimension {dimension} of {' '.join(metric.name)} is {format_value(value)}"
            yield f"{named}; expected one of this stack's"


def _is_declared(stack: StackView, metric: Metric, dimension: str, value: Any) -> bool:
    if dimension == "service":
        return any(_emits(function, metric.name[0], value) for function in stack.of("aws_lambda_function"))
    if dimension == "GlobalSecondaryIndexName":
        return _is_index(stack, metric.dimensions.get("TableName"), value)
    known = TABLES["dimensions"].get(dimension, {})
    if "words" in known:
        return re.fullmatch(known["words"], str(literal(value))) is not None
    return any(resource.is_referenced_by(value, *known["by"]) for resource in stack.of(*known.get("types", ())))


def _emits(function: Resource, namespace: str, service: Any) -> bool:
    """Whether a function counts its metrics under this namespace and service; its handler is what counts them."""
    return literal(function.attributes.get("handler")) == f"payments.{service}.handler" and any(
        isinstance(variables := block.get("variables"), Mapping)
        and (variables.get(NAMESPACE), variables.get(SERVICE)) == (namespace, service)
        for block in blocks(function.attributes, "environment")
    )


def _is_index(stack: StackView, table: Any, name: Any) -> bool:
    to = reference(table)
    owner = stack.get(to) if to else None
    indexes = blocks(owner.attributes, "global_secondary_index") if owner else []
    return isinstance(literal(name), str) and any(index.get("name") == name for index in indexes)
