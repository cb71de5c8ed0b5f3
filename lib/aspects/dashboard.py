"""Checks CloudWatch dashboards: widgets may show only data of this account and region, and must not run code.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
Custom widgets are not allowed, because they call a Lambda function. Explorer widgets are not allowed, because they
show all resources that have a tag.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from lib.aspects.strict_json import read_object, shorten
from lib.aspects.terraform_json import reference

BODY = ("periodOverride", "start", "widgets")
WIDGET = ("height", "properties", "type", "width", "x", "y")
# Type of a widget -> its allowed properties. accountId is not allowed, because it names another account.
PROPERTIES: Mapping[str, tuple[str, ...]] = {
    "alarm": ("alarms", "sortBy", "states", "title"),
    "log": ("query", "region", "title", "view"),
    "metric": (
        "annotations", "legend", "liveData", "metrics", "period", "region", "setPeriodToTimeRange", "sparkline",
        "stacked", "stat", "table", "timezone", "title", "trend", "view", "yAxis",
    ),
    "text": ("background", "markdown"),
}  # fmt: skip
ANNOTATIONS = ("horizontal", "vertical")
# Allowed options at the end of a metric. An expression, account or region is not allowed.
METRIC_OPTIONS = ("color", "label", "period", "stat", "visible", "yAxis")
ALARMS = ("aws_cloudwatch_composite_alarm", "aws_cloudwatch_metric_alarm")
# A Logs Insights query can name any log group as its SOURCE, and `unmask` shows masked data.
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Source.html
OUR_SOURCES = re.compile(r"(SOURCE '\$\{aws_cloudwatch_log_group\.[A-Za-z0-9_-]+\.(name|id)\}' \| )+")
FORBIDDEN_IN_QUERIES = re.compile(r"\b(source|unmask)\b", re.IGNORECASE)


def check(body: Any) -> Iterator[str]:
    """Yield a message for each mistake in the argument dashboard_body."""
    try:
        found = read_object(body)
    except ValueError as error:
        yield f"dashboard_body {error}; expected an object as JSON"
        return
    yield from _unknown("dashboard_body", found, BODY)
    widgets = found.get("widgets")
    if not isinstance(widgets, list) or not widgets:
        yield f"dashboard_body.widgets is {shorten(widgets)}; expected a list of widgets"
        return
    for number, widget in enumerate(widgets):
        yield from _widget(f"dashboard_body.widgets[{number}]", widget)


def metrics(body: Any) -> Iterator[list[str]]:
    """Yield [namespace, name, dimension, value, …] of each metric in a body that `check` accepts."""
    for widget in read_object(body)["widgets"]:
        for metric in widget["properties"].get("metrics", ()):
            yield metric[:-1] if isinstance(metric[-1], dict) else metric


def _widget(path: str, widget: Any) -> Iterator[str]:
    if not isinstance(widget, dict):
        yield f"{path} is {shorten(widget)}; expected an object"
        return
    yield from _unknown(path, widget, WIDGET)
    type_, properties = widget.get("type"), widget.get("properties")
    if not isinstance(type_, str) or type_ not in PROPERTIES:
        yield f"{path}.type is {shorten(type_)}; expected {', '.join(PROPERTIES)}"
    elif not isinstance(properties, dict):
        yield f"{path}.properties is {shorten(properties)}; expected an object"
    else:
        yield from _unknown(f"{path}.properties", properties, PROPERTIES[type_])
        yield from CHECKS[type_](f"{path}.properties", properties)


def _alarm(path: str, properties: Mapping[str, Any]) -> Iterator[str]:
    alarms = properties.get("alarms")
    if not isinstance(alarms, list) or not alarms:
        yield f"{path}.alarms is {shorten(alarms)}; expected a list of ARNs of alarms"
        return
    for alarm in alarms:
        to = reference(alarm)
        if to is None or to.is_data or to.type not in ALARMS or to.attribute != "arn":
            yield f"{path}.alarms has {shorten(alarm)}; expected the arn of an alarm of this stack"


def _log(path: str, properties: Mapping[str, Any]) -> Iterator[str]:
    yield from _region(path, properties)
    query = properties.get("query")
    sources = OUR_SOURCES.match(query) if isinstance(query, str) else None
    if sources is None:
        yield f"{path}.query is {shorten(query)}; expected SOURCE '${{aws_cloudwatch_log_group.….name}}' | first"
    elif forbidden := FORBIDDEN_IN_QUERIES.search(sources.string[sources.end() :]):
        yield f"{path}.query contains {forbidden[0]}; expected its sources at the beginning, and no unmask"


def _metric(path: str, properties: Mapping[str, Any]) -> Iterator[str]:
    yield from _region(path, properties)
    annotations = properties.get("annotations", {})
    if isinstance(annotations, dict):
        yield from _unknown(f"{path}.annotations", annotations, ANNOTATIONS)
    else:
        yield f"{path}.annotations is {shorten(annotations)}; expected an object"
    metrics = properties.get("metrics")
    if not isinstance(metrics, list) or not metrics:
        yield f"{path}.metrics is {shorten(metrics)}; expected a list of metrics"
        return
    for metric in metrics:
        words = metric if isinstance(metric, list) else []
        options = words[-1] if words and isinstance(words[-1], dict) else {}
        texts = words[:-1] if options else words
        if len(texts) < 2 or not all(isinstance(text, str) for text in texts):
            yield f"{path}.metrics has {shorten(metric)}; expected namespace, name and dimensions"
        yield from _unknown(f"{path}.metrics", options, METRIC_OPTIONS)


def _region(path: str, properties: Mapping[str, Any]) -> Iterator[str]:
    to = reference(properties.get("region"))
    if to is None or not to.is_data or to.type != "aws_region" or to.attribute not in ("name", "id"):
        yield f"{path}.region is {shorten(properties.get('region'))}; expected ${{data.aws_region.….name}}"


def _text(path: str, properties: Mapping[str, Any]) -> Iterator[str]:
    markdown = properties.get("markdown")
    if not isinstance(markdown, str):
        yield f"{path}.markdown is {shorten(markdown)}; expected text"
    elif "://" in markdown or "](//" in markdown:
        yield f"{path}.markdown is {shorten(markdown)}, which contains a web address; expected text only"


CHECKS: Mapping[str, Callable[[str, Mapping[str, Any]], Iterator[str]]] = {
    "alarm": _alarm,
    "log": _log,
    "metric": _metric,
    "text": _text,
}


def _unknown(path: str, found: Mapping[str, Any], known: tuple[str, ...]) -> Iterator[str]:
    for name in sorted(found.keys() - set(known)):
        yield f"{path} has {shorten(name)}; expected {', '.join(known)} only"
