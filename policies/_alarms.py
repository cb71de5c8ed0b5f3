"""Finds the metrics that the stack's alarms watch. Not a policy."""

from _bounds import RISING, watched
from _expressions import reference
from _math import OF_TWO, what_it_yields
from _metrics import of_metric
from _stack import blocks, is_true, number_of, shown


def has_alarm(resource, namespace, metric, argument, by, **others):
    """Return True if an alarm that can fire watches a metric with exactly these dimensions.

    `argument` is the dimension that refers to the resource by one of the attributes `by`; `others` have literal values.
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


def yielded(alarm, counted):
    """Return the kind (_bounds.py) of an alarm's expression; None if it has no expression, or no allowed expression."""
    expressions = [query["expression"] for query in blocks(alarm.get("metric_query")) if "expression" in query]
    ids = [str(query.get("id")) for query in blocks(alarm.get("metric_query")) for _ in blocks(query.get("metric"))]
    counts = dict(zip(ids, (counts for counts, _ in counted), strict=False))
    if len(expressions) != 1 or len(counts) != len(ids) or None in counts.values():
        return None
    found = what_it_yields(expressions[0], counts)
    is_one_metric = len({str(of_metric(metric)) for _, metric in counted}) == 1
    return None if found in OF_TWO and is_one_metric else found


def wrong_queries(alarm, counted):
    """Yield a text for each mistake in the queries of an alarm; `counted` has its metrics as (kind, arguments)."""
    queries = blocks(alarm.get("metric_query"))
    returned = [query for query in queries if is_true(query.get("return_data"))]
    if queries and len(returned) != 1:
        yield f"{len(returned)} metric_query blocks have return_data instead of one"
    for query in queries:
        expression = query.get("expression")
        if expression is None and "metric" not in query:
            yield f"the metric_query {shown(query.get('id'))} has neither metric nor expression"
        if expression is not None and yielded(alarm, counted) is None:
            yield f"the expression {shown(expression)} is not a sum or maximum of all metrics, nor in policies/_math.py"
        if "account_id" in query:
            yield f"account_id is {shown(query['account_id'])}"
    if returned and len(counted) > 1 and "expression" not in returned[0]:
        yield f"the metric_query {shown(returned[0].get('id'))} is returned, so the others have no effect"
