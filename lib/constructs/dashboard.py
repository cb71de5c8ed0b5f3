"""The dashboard: alarms on top, then graphs in the order in which a payment passes the components."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from constructs import Construct

from lib.aws import CloudwatchDashboard
from lib.constructs.account import Account
from lib.constructs.alarm import PERIOD_SECONDS, Metric
from lib.constructs.alerting import Alerting
from lib.constructs.archiver import Archiver
from lib.constructs.context import Context
from lib.constructs.dead_letters import DEPTH_METRICS, DeadLetters
from lib.constructs.front_door import FrontDoor
from lib.constructs.gateway_alarms import (
    AUTHORIZED_METRIC,
    CIRCUIT_OPEN_METRIC,
    DECLINED_METRIC,
    GATEWAY_ERRORS_METRIC,
    OLDEST_PENDING_METRIC,
)
from lib.constructs.ledger import Ledger
from lib.constructs.processor import Processor
from lib.constructs.settler import Settler

COLUMNS = 24  # CloudWatch's grid
HEIGHT = 6


class Dashboard(Construct):
    """`dashboard` is the CloudWatch dashboard.

    docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        context: Context,
        alerting: Alerting,
        front_door: FrontDoor,
        processor: Processor,
        settler: Settler,
        archiver: Archiver,
        ledger: Ledger,
        queues: Sequence[DeadLetters],
    ) -> None:
        super().__init__(scope, id_)
        account = context.account
        api = {"ApiId": front_door.api.id, "Stage": front_door.stage.name}
        table = {"TableName": ledger.table.name}
        keyed = [
            table,
            *({**table, "GlobalSecondaryIndexName": name} for name in (ledger.index_name, ledger.pending_index_name)),
        ]
        names = [{"FunctionName": made.function.function_name} for made in (processor, settler, archiver)]
        own = processor.metrics_namespace
        of_processor, of_settler = ({"service": made.node.id} for made in (processor, settler))
        graphs = [
            _graph(account, "API requests", "Sum", [Metric("AWS/ApiGateway", n, api) for n in ("Count", "4xx", "5xx")]),
            _graph(
                account,
                "API latency (ms)",
                "p99",
                [Metric("AWS/ApiGateway", name, api) for name in ("Latency", "IntegrationLatency")],
            ),
            _graph(
                account,
                "Gateway answers",
                "Sum",
                [
                    *_each(own, (AUTHORIZED_METRIC, DECLINED_METRIC, CIRCUIT_OPEN_METRIC), [of_processor]),
                    *_each(own, (GATEWAY_ERRORS_METRIC,), [of_processor, of_settler]),
                ],
            ),
            _graph(account, "Oldest pending (s)", "Maximum", _each(own, (OLDEST_PENDING_METRIC,), [of_settler])),
            _graph(account, "Function runs", "Sum", _each("AWS/Lambda", ("Invocations", "Errors", "Throttles"), names)),
            _graph(account, "Function duration (ms)", "p99", _each("AWS/Lambda", ("Duration",), names)),
            _graph(
                account,
                "Ledger capacity consumed",
                "Sum",
                _each("AWS/DynamoDB", ("ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits"), keyed),
            ),
            _graph(
                account,
                "Ledger throttles",
                "Sum",
                _each("AWS/DynamoDB", ("ReadThrottleEvents", "WriteThrottleEvents"), keyed),
            ),
            _graph(
                account, "Archive behind the ledger (ms)", "Maximum", _each("AWS/Lambda", ("IteratorAge",), names[-1:])
            ),
            _graph(
                account,
                "Dead letters",
                "Maximum",
                _each(
                    "AWS/SQS",
                    DEPTH_METRICS,
                    [{"QueueName": queue.queue.name} for queue in queues],
                ),
            ),
        ]
        alarms = {
            "type": "alarm",
            "width": COLUMNS,
            "height": HEIGHT,
            "properties": {"title": "Alarms", "alarms": [alarm.arn for alarm in alerting.alarms.values()]},
        }
        # Tokens in the text become Terraform references; ARNs and names need no escaping in JSON.
        self.dashboard = CloudwatchDashboard(
            self,
            "dashboard",
            dashboard_name=context.naming("dashboard", "payments"),
            dashboard_body=json.dumps({"widgets": [alarms, *graphs]}),
        )


def _each(namespace: str, names: Sequence[str], dimensions: Sequence[dict[str, str]]) -> list[Metric]:
    return [Metric(namespace, name, of) for of in dimensions for name in names]


def _graph(account: Account, title: str, statistic: str, metrics: Sequence[Metric]) -> dict[str, Any]:
    return {
        "type": "metric",
        "width": COLUMNS // 2,
        "height": HEIGHT,
        "properties": {
            "title": title,
            "region": account.region,
            "stat": statistic,
            "period": PERIOD_SECONDS,
            "metrics": [
                [metric.namespace, metric.name, *(part for item in metric.dimensions.items() for part in item)]
                for metric in metrics
            ],
        },
    }
