"""TAP-OBS-10: alarms and dashboards use metrics that this stack publishes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lib.aspects import dashboard
from lib.aspects.metrics import ALARM, Metric, metrics_of, without_data
from lib.aspects.model import StackRule
from lib.aspects.terraform_json import MISSING, StackView, blocks, format_value, literal
from lib.findings.finding import Severity

DASHBOARD = "aws_cloudwatch_dashboard"


def _known_metrics(stack: StackView) -> Iterator[tuple[str, str]]:
    for alarm in stack.of(ALARM):
        for metric in metrics_of(alarm.attributes):
            for message in without_data(stack, metric):
                yield alarm.path, message
        for query in blocks(alarm.attributes, "metric_query"):
            if literal(query.get("account_id")) is not MISSING:
                yield alarm.path, f"metric_query.account_id is {format_value(query.get('account_id'))}; expected none"
    for shown in stack.of(DASHBOARD):
        for message in _shown(stack, shown.attributes.get("dashboard_body")):
            yield shown.path, message


def _shown(stack: StackView, body: Any) -> Iterator[str]:
    """Yield a message for each mistake in a dashboard's form; if it has none, for each metric that nobody publishes."""
    wrong = list(dashboard.check(body))
    yield from wrong
    for namespace, name, *dimensions in dashboard.metrics(body) if not wrong else ():
        pairs = dict(zip(dimensions[::2], dimensions[1::2], strict=False))
        metric = Metric("", {"namespace": namespace, "metric_name": name, "dimensions": pairs}, None)
        yield from without_data(stack, metric)


KNOWN_METRICS = StackRule(
    id="TAP-OBS-10",
    title="Alarms and dashboards use metrics that this stack publishes",
    why="CloudWatch accepts an alarm on a metric that nobody publishes. It raises no error and never fires.",
    severity=Severity.HIGH,
    controls=("Well-Architected REL06-BP01", "PCI DSS 4.0.1 10.7.2"),
    resource_types=(ALARM, DASHBOARD),
    waivable=True,
    fix=(
        "use a metric of lib/aspects/metrics.toml with its dimensions, each a reference to a resource of the stack "
        "(for custom metrics of the functions: the dimension service), and set no unit"
    ),
    source="https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html#Dimension",
    check=_known_metrics,
)

RULES = (KNOWN_METRICS,)
