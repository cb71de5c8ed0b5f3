"""The bounds within which an alarm fires in time. Not a policy.

Outside of the bounds, an alarm fires too late or never: its metric never reaches the threshold, its statistic hides
single failures, or its evaluation takes longer than the failure.
"""

import re
from typing import NamedTuple

from _expressions import reference
from _metrics import of_metric
from _stack import blocks, number_of, shown

RISING = {"GreaterThanOrEqualToThreshold": True, "GreaterThanThreshold": False}
FALLING = {"LessThanOrEqualToThreshold": True, "LessThanThreshold": False}
# In seconds. CloudWatch accepts periods of 10, 20, 30 or a multiple of 60 s; the rule allows up to five minutes.
LONGEST_PERIOD = 300
# In seconds, over all evaluation periods: an alarm must report a failure within a quarter of an hour.
LONGEST_WINDOW = 900
# In seconds, for alarms on a stopped component. In an environment with few payments, five minutes have no data to
# compare. Two hours are soon enough, because a table's stream keeps records for 24 hours.
LONGEST_STANDSTILL_PERIOD, LONGEST_STANDSTILL = 3_600, 7_200
SLOWEST = ("Maximum", r"p9[0-9](\.[0-9]+)?", "p100")


class Bounds(NamedTuple):
    """The bounds for one kind of metric: unit, allowed statistics (patterns), minimum and maximum threshold.

    `why` ends the message of a violation. If `falls`, the alarm must fire below the threshold.
    """

    unit: str
    statistics: tuple
    least: float
    greatest: float
    why: str
    falls: bool = False


BOUNDS = {
    "failures": Bounds("Count", ("Sum",), 1, 10, "each failure is a lost payment or event"),
    "refusals": Bounds("Count", ("Sum",), 1, 1_000, "a thousand refused requests are an attack or a bug"),
    "depth": Bounds("Count", ("Maximum", "Sum"), 1, 10, "waiting messages are not processed without help"),
    "age in ms": Bounds("Milliseconds", SLOWEST, 1_000, 3_600_000, "a stream keeps records for one day"),
    "age in s": Bounds("Seconds", SLOWEST, 1, 3_600, "a queue keeps messages for days, a client waits for minutes"),
    # Lambda stops a function at its timeout; see `timeout_of`.
    "duration": Bounds("Milliseconds", SLOWEST, 100, 900_000, "Lambda stops a function at its timeout"),
    "latency": Bounds("Milliseconds", ("Average", *SLOWEST), 1, 30_000, "API Gateway times out after 30 s"),
    "latency in s": Bounds("Seconds", ("Average", *SLOWEST), 0.01, 30, "a client gives up after 30 s"),
    "share": Bounds("Percent", ("Average", *SLOWEST), 1, 95, "at 100 it is too late to react"),
    "reserve": Bounds("Bytes", ("Minimum", "Average"), 10**9, 10**12, "free space in bytes", falls=True),
    "executions": Bounds("Count", ("Maximum",), 1, 1_000, "an account runs 1,000 at once unless AWS raised its quota"),
    # Results of expressions over two metrics: see _math.py.
    "failed share": Bounds("Count", ("Sum",), 0.1, 10, "in percent: at most one of ten may fail without an alarm"),
    "refused share": Bounds("Count", ("Sum",), 1, 50, "in percent: if half of all are refused, it is an attack or bug"),
    "refused part": Bounds("Count", ("Sum",), 1, 66, "in percent: two of three refused is not about cards"),
    "standstill": Bounds("Count", ("Sum",), 1, 1, "the expression is 0 or 1"),
    "quota share": Bounds("Count", ("Maximum",), 1, 95, "in percent: at 100 it is too late to react"),
    "use": Bounds("Count", ("Sum", "Maximum"), 1, 1_000, "at 0 the alarm never fires", falls=True),
}


def wrong_bounds(stack, alarm, counted):
    """Yield a text for each setting outside of the bounds; `counted` has the alarm's metrics as (kind, arguments)."""
    threshold, operator = number_of(alarm.get("threshold")), str(alarm.get("comparison_operator"))
    if threshold is None:
        yield f"threshold is {shown(alarm.get('threshold'))}"
    if operator not in (*RISING, *FALLING):
        yield f"comparison_operator is {shown(alarm.get('comparison_operator'))}"
    if "threshold_metric_id" in alarm:
        yield f"threshold_metric_id is {shown(alarm['threshold_metric_id'])}"
    yield from wrong_windows(alarm, counted)
    for counts, metric in counted:
        bounds = BOUNDS.get(counts)
        if bounds is None:
            continue  # TAP-OBS-10 reports a metric that nobody publishes
        yield from wrong_statistic(bounds, metric)
        if operator in FALLING and not bounds.falls:
            yield f"comparison_operator is {operator}, but {metric.get('metric_name')} rises when something is wrong"
        if operator in FALLING and alarm.get("treat_missing_data") != "breaching":
            yield f"comparison_operator is {operator}, so treat_missing_data must be breaching"
        greatest = min(bounds.greatest, timeout_of(stack, metric)) if counts == "duration" else bounds.greatest
        is_above = operator == "GreaterThanThreshold"
        least = 0 if is_above and bounds.least == 1 else bounds.least  # a metric "> 0" is at least 1
        if threshold is not None and (not least <= threshold <= greatest or (is_above and counts == "standstill")):
            yield f"threshold is {shown(alarm.get('threshold'))}, not {least:g} to {greatest:g}: {bounds.why}"


def wrong_statistic(bounds, metric):
    said = [metric[name] for name in ("statistic", "extended_statistic", "stat") if name in metric]
    if len(said) != 1 or not any(re.fullmatch(pattern, str(said[0])) for pattern in bounds.statistics):
        yield f"the statistic of {metric.get('metric_name')} is {shown(said)}"
    if metric.get("unit", bounds.unit) != bounds.unit:
        yield f"unit is {shown(metric['unit'])}, but {metric.get('metric_name')} is published in {bounds.unit}"


def wrong_windows(alarm, counted):
    periods, datapoints = number_of(alarm.get("evaluation_periods")), alarm.get("datapoints_to_alarm")
    if periods is None or periods < 1:
        yield f"evaluation_periods is {shown(alarm.get('evaluation_periods'))}"
    if datapoints is not None and not 1 <= (number_of(datapoints) or 0) <= (periods or 0):
        yield f"datapoints_to_alarm is {shown(datapoints)}, with evaluation_periods {shown(periods)}"
    for counts, metric in counted:
        is_standstill = counts == "standstill"
        longest = LONGEST_STANDSTILL_PERIOD if is_standstill else LONGEST_PERIOD
        window = LONGEST_STANDSTILL if is_standstill else LONGEST_WINDOW
        seconds = number_of(metric.get("period"))
        if seconds is None or seconds > longest or not (seconds in (10, 20, 30) or (seconds > 0 and seconds % 60 == 0)):
            yield f"period is {shown(metric.get('period'))}, not 10, 20, 30 or a multiple of 60 up to {longest}"
        elif seconds * (periods or 0) > window:
            yield f"{periods:g} evaluation_periods of {seconds:g} s are longer than {window} s"


def timeout_of(stack, metric):
    """Return the timeout, in milliseconds, of the function to which a metric belongs. Lambda's default is 3 s."""
    function = reference(of_metric(metric)[2].get("FunctionName"))
    body = stack.of_type("aws_lambda_function").get(function.name, {})
    return (number_of(body.get("timeout", 3)) or 0) * 1000


def watched(alarm):
    """Return the metrics of an alarm: its own arguments, or those of its queries."""
    queries = blocks(alarm.get("metric_query"))
    inner = [metric for query in queries for metric in blocks(query.get("metric"))]
    return inner if queries else [alarm]
