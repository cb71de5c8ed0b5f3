"""In Python: each metric has its own numeric bounds, and Checkov's YAML operators compare numbers as text."""

from _alarms import wrong_queries, yielded
from _bounds import watched, wrong_bounds
from _math import OF_TWO
from _metrics import of_metric, what_it_counts
from _stack import StackCheck
from checkov.common.models.enums import CheckCategories


class AlarmsFireInTime(StackCheck):
    id = "TAP-OBS-9"
    name = "Every alarm fires in time: threshold, statistic and periods are within bounds"
    guideline = "set threshold, statistic, period and evaluation_periods within the bounds of policies/_bounds.py"
    category = CheckCategories.LOGGING
    types = ("aws_cloudwatch_metric_alarm",)

    def violations(self, resource):
        counted = [(what_it_counts(resource.stack, *of_metric(metric)), metric) for metric in watched(resource.body)]
        combined = yielded(resource.body, counted)
        bounded = [(combined, metric) for _, metric in counted] if combined in OF_TWO else counted
        yield from wrong_bounds(resource.stack, resource.body, bounded)
        yield from wrong_queries(resource.body, counted)


check = AlarmsFireInTime()
