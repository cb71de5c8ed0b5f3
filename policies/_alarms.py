"""What the stack's alarms look at. No policy itself."""

from _stack import blocks, number_of, reference

RISING = ("GreaterThanThreshold", "GreaterThanOrEqualToThreshold")


def has_alarm(resource, namespace, metric, argument, by, **others):
    """Whether an alarm that can rise looks at a metric with these dimensions and no more.

    `argument` is the dimension that refers to the resource, through one of the attributes `by`; the others are texts.
    """
    for alarm in resource.stack.of_type("aws_cloudwatch_metric_alarm").values():
        if alarm.get("comparison_operator") not in RISING or number_of(alarm.get("threshold")) is None:
            continue
        inner = [metric for query in blocks(alarm.get("metric_query")) for metric in blocks(query.get("metric"))]
        for looked_at in (alarm, *inner):
            if looked_at.get("namespace") == namespace and looked_at.get("metric_name") == metric:
                dimensions = dict(looked_at.get("dimensions") or {})
                kind, name, attribute = reference(dimensions.pop(argument, None))
                if (kind, name) == (resource.kind, resource.name) and attribute in by and dimensions == others:
                    return True
    return False
