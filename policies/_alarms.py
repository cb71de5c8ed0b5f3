"""What the stack's alarms look at. No policy itself."""

import re

from _bounds import RISING, watched
from _expressions import reference
from _metrics import of_metric
from _stack import blocks, is_true, number_of, shown


def has_alarm(resource, namespace, metric, argument, by, **others):
    """Whether an alarm that can rise looks at a metric with these dimensions and no more.

    `argument` is the dimension that refers to the resource, through one of the attributes `by`; the others are texts.
    """
    for alarm in resource.stack.of_type("aws_cloudwatch_metric_alarm").values():
        if str(alarm.get("comparison_operator")) not in RISING or number_of(alarm.get("threshold")) is None:
            continue
        for looked_at in watched(alarm):
            *of, dimensions = of_metric(looked_at)
            kind, name, attribute = reference(dimensions.get(argument))
            is_about = (kind, name) == (resource.kind, resource.name) and attribute in by
            if of == [namespace, metric] and is_about and dimensions == {argument: dimensions[argument], **others}:
                return True
    return False


def wrong_queries(alarm):
    """What is wrong in the queries of an alarm, which have to be a sum or a maximum of metrics: a text for each."""
    queries = blocks(alarm.get("metric_query"))
    returned = [query for query in queries if is_true(query.get("return_data"))]
    metrics = {str(query.get("id")) for query in queries if "metric" in query}
    if queries and len(returned) != 1:
        yield f"{len(returned)} metric_query have return_data, not one"
    for query in queries:
        expression = query.get("expression")
        if expression is None and "metric" not in query:
            yield f"the metric_query {shown(query.get('id'))} has neither metric nor expression"
        if expression is not None and terms(expression) not in (sorted(metrics), ["METRICS()"]):
            yield f"the expression {shown(expression)} is no sum or maximum of all metrics"
        if "account_id" in query:
            yield f"account_id is {shown(query['account_id'])}"
    if returned and len(metrics) > 1 and "expression" not in returned[0]:
        yield f"the metric_query {shown(returned[0].get('id'))} is returned, and the others count for nothing"


def terms(expression):
    """The ids that `FILL(a, 0) + b`, `SUM([a, b])` or `MAX(METRICS())` is about, sorted; None for anything else."""
    text = re.sub(r"\s", "", str(expression))
    within = re.fullmatch(r"(?:SUM|MAX)\((?:\[(.*)\]|(METRICS\(\)))\)", text)
    if within and within[2]:
        return [within[2]]
    parts = within[1].split(",") if within else re.sub(r"FILL\((\w+),0\)", r"\1", text).split("+")
    return sorted(parts) if all(re.fullmatch(r"[a-z]\w*", part) for part in parts) else None
