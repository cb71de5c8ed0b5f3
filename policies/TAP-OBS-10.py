"""In Python: dimensions must refer to resources of the stack, and alarm rules and dashboards need parsers."""

from _alarm_rule import wrong_rule
from _bounds import watched
from _dashboard import wrong_widgets
from _metrics import of_metric, what_it_counts
from _stack import StackCheck, shown
from checkov.common.models.enums import CheckCategories


class MetricsArePublished(StackCheck):
    id = "TAP-OBS-10"
    name = "Alarms and dashboards use metrics that a resource or a function of this stack publishes"
    guideline = (
        "use namespace, metric and dimensions as the service publishes them, with a reference to the resource as "
        "dimension; policies/_metrics.py lists AWS's metrics, policies/_conventions.toml those of the functions"
    )
    category = CheckCategories.LOGGING
    types = ("aws_cloudwatch_metric_alarm", "aws_cloudwatch_composite_alarm", "aws_cloudwatch_dashboard")

    def violations(self, resource):
        if resource.kind == "aws_cloudwatch_composite_alarm":
            yield from wrong_rule(resource.stack, resource.body.get("alarm_rule"))
        elif resource.kind == "aws_cloudwatch_dashboard":
            yield from wrong_widgets(resource.stack, resource.body.get("dashboard_body"))
        else:
            for metric in watched(resource.body):
                namespace, name, dimensions = of_metric(metric)
                if what_it_counts(resource.stack, namespace, name, dimensions) is None:
                    yield f"nobody publishes {namespace} {name} with the dimensions {shown(dimensions)}"


check = MetricsArePublished()
