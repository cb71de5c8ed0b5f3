"""Checks the body of a dashboard, which is a JSON string. Not a policy.

The widgets: docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html. A custom
widget is not allowed, because it calls a function whenever somebody opens the dashboard.
"""

import re

from _alarm_rule import is_own_alarm
from _arns import REGION, is_place
from _expressions import reference
from _json_text import read_json
from _metrics import what_it_counts
from _stack import shown

WIDGETS = ("alarm", "log", "metric", "text")
# LAMBDA(), SEARCH() and similar functions read metrics outside of the stack.
MATH = re.compile(r"([a-z]\w*|[0-9.]+|(FILL|IF|MAX|MIN|AVG|SUM|RATE|METRICS|PERIOD)\(|[-+*/,()<>=\[\]\s])*")
SOURCE = re.compile(r"\s*SOURCE\s+'([^']+)'(\s*\||\s*$)")


def wrong_widgets(stack, text):
    """Yield a text for each mistake in a dashboard's body."""
    body = read_json(text)
    widgets = body.get("widgets") if isinstance(body, dict) else None
    if not isinstance(widgets, list):
        yield "dashboard_body is not JSON with a list of widgets"
        return
    for number, widget in enumerate(widgets):
        kind = widget.get("type") if isinstance(widget, dict) else None
        properties = widget.get("properties") if kind in WIDGETS else None
        if not isinstance(properties, dict):
            yield f"widget {number} has the type {shown(kind)}; allowed: {', '.join(WIDGETS)}, with properties"
            continue
        for fault in wrong_properties(stack, kind, properties):
            yield f"widget {number}: {fault}"


def wrong_properties(stack, kind, properties):
    if "accountId" in properties:
        yield f"accountId is {shown(properties['accountId'])}"
    if "region" in properties and not is_place(reference(properties["region"]), REGION):
        yield f"region is {shown(properties['region'])}"
    alarms = properties.get("alarms", [])
    for alarm in [*alarms, *annotated(properties)] if isinstance(alarms, list) else [alarms]:
        if not is_own_alarm(stack, alarm):
            yield f"{shown(alarm)} is not an alarm of this stack"
    if kind == "log":
        source = SOURCE.match(str(properties.get("query")))
        group, name, _ = reference(source[1]) if source else ("", "", "")
        if group != "aws_cloudwatch_log_group" or not stack.declares(group, name):
            yield f"query is {shown(properties.get('query'))}, which does not read a log group of this stack"
    if kind == "metric":
        yield from wrong_metrics(stack, properties.get("metrics", []))


def annotated(properties):
    """Return the alarms whose thresholds a graph shows as lines."""
    annotations = properties.get("annotations")
    alarms = annotations.get("alarms", []) if isinstance(annotations, dict) else []
    return alarms if isinstance(alarms, list) else [alarms]


def wrong_metrics(stack, metrics):
    """Yield a text for each mistake in a widget's metrics, each [namespace, name, dimension, value, …, options].

    `.` and `...` repeat values of the previous metric.
    """
    before = []
    for metric in metrics if isinstance(metrics, list) else [metrics]:
        if not isinstance(metric, list):
            yield f"{shown(metric)} is not a metric"
            continue
        options = metric[-1] if metric and isinstance(metric[-1], dict) else {}
        words = metric[:-1] if options else metric
        if "accountId" in options or ("region" in options and not is_place(reference(options["region"]), REGION)):
            yield f"{shown(options)} names another account or region"
        if "expression" in options and not words:
            if not MATH.fullmatch(str(options["expression"])):
                yield f"expression is {shown(options['expression'])}"
            continue
        words = repeated(words, before)
        before = words
        if not all(isinstance(word, str) for word in words) or not is_published(stack, words):
            yield f"nobody publishes {' '.join(map(str, words))}"


def repeated(words, before):
    """Return a metric with `.` and `...` replaced by the values of the previous metric."""
    if words[:1] == ["..."]:
        words = [*before[: len(before) - len(words) + 1], *words[1:]]
    return [before[position] if word == "." and position < len(before) else word for position, word in enumerate(words)]


def is_published(stack, words):
    namespace, name, *rest = [*words, "", ""][: max(len(words), 2)]
    is_even = len(rest) % 2 == 0
    return is_even and what_it_counts(stack, namespace, name, dict(zip(rest[::2], rest[1::2], strict=True))) is not None
