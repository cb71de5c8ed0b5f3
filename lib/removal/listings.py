"""Lists the resources of an account with each service's API."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from lib.targets import keys, tags
from lib.targets.pages import pages


@dataclass(frozen=True)
class Item:
    """A resource. `label` is for messages. `name` is its own name or its parent's. `tags()` reads its tags.

    `going` says when AWS deletes the resource, if its deletion is pending.
    """

    label: str
    name: str
    id: str
    tags: Callable[[], Mapping[str, str]] = field(default=dict, compare=False)
    going: str = ""


def _apigatewayv2(client: Any) -> Iterator[Item]:
    for api in pages(client, "get_apis", "Items"):
        yield Item(f"api {api['Name']} ({api['ApiId']})", api["Name"], api["ApiId"], partial(dict, api.get("Tags", {})))


def _cloudwatch(client: Any) -> Iterator[Item]:
    for kind in ("MetricAlarms", "CompositeAlarms"):
        for alarm in pages(client, "describe_alarms", kind, AlarmTypes=[kind.removesuffix("s")]):
            name = alarm["AlarmName"]
            yield Item(f"cloudwatch alarm {name}", name, name, partial(tags.of_alarm, client, alarm["AlarmArn"]))
    for dashboard in pages(client, "list_dashboards", "DashboardEntries"):
        name = dashboard["DashboardName"]
        yield Item(f"cloudwatch dashboard {name}", name, name)


def _dynamodb(client: Any) -> Iterator[Item]:
    tables = set(pages(client, "list_tables", "TableNames"))
    for name in sorted(tables):
        yield Item(f"dynamodb table {name}", name, name, partial(tags.of_table, client, name))
    # A backup outlives its table. The system backup of a table with point-in-time recovery cannot be deleted; it
    # expires after 35 days: docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BackupDetails.html
    for backup in pages(client, "list_backups", "BackupSummaries", BackupType="USER"):
        name = backup["TableName"]
        label = f"dynamodb backup {backup['BackupName']} of {name}"
        yield Item(label, name, backup["BackupArn"], partial(tags.of_table, client, name) if name in tables else dict)


def _events(client: Any) -> Iterator[Item]:
    for rule in pages(client, "list_rules", "Rules"):
        name = rule["Name"]
        yield Item(f"eventbridge rule {name}", name, name, partial(tags.of_rule, client, rule["Arn"]))


def _iam(client: Any) -> Iterator[Item]:
    for role in pages(client, "list_roles", "Roles"):
        name = role["RoleName"]
        if not role["Path"].startswith("/aws-service-role/"):
            yield Item(f"iam role {name}", name, name, partial(tags.of_role, client, name))
    for policy in pages(client, "list_policies", "Policies", Scope="Local"):
        name = policy["PolicyName"]
        yield Item(f"iam policy {name}", name, name, partial(tags.of_policy, client, policy["Arn"]))


def _kms(client: Any) -> Iterator[Item]:
    customers = {key["KeyId"]: key for key in keys.readable(client) if key.get("KeyManager") != "AWS"}
    for alias in pages(client, "list_aliases", "Aliases"):
        name, target = alias["AliasName"], alias.get("TargetKeyId")
        if not name.startswith("alias/aws/"):
            yield Item(
                f"kms alias {name}", name, name, partial(tags.of_key, client, target) if target in customers else dict
            )
    for key_id, key in customers.items():
        going = f"deleted on {key['DeletionDate']:%Y-%m-%d}" if key["KeyState"] == "PendingDeletion" else ""
        label = f"kms key {key_id}" if going else f"kms key {key_id} ({key['KeyState']})"
        yield Item(label, "", key_id, partial(tags.of_key, client, key_id), going)


def _lambda(client: Any) -> Iterator[Item]:
    for function in pages(client, "list_functions", "Functions"):
        name = function["FunctionName"]
        yield Item(f"lambda function {name}", name, name, partial(tags.of_function, client, name))
    for mapping in pages(client, "list_event_source_mappings", "EventSourceMappings"):
        # …:function:NAME or …:function:NAME:ALIAS
        name = mapping.get("FunctionArn", "").split(":function:")[-1].split(":")[0]
        label = f"lambda event source mapping {mapping['UUID']} of {name}"
        arn = mapping.get("EventSourceMappingArn", "")
        yield Item(label, name, mapping["UUID"], partial(tags.of_mapping, client, arn))


def _logs(client: Any) -> Iterator[Item]:
    for group in pages(client, "describe_log_groups", "logGroups"):
        name = group["logGroupName"]
        yield Item(f"log group {name}", name, name, partial(tags.of_log_group, client, group["arn"]))
    for policy in pages(client, "describe_resource_policies", "resourcePolicies"):
        name = policy["policyName"]
        yield Item(f"log resource policy {name}", name, name)


def _s3(client: Any) -> Iterator[Item]:
    for bucket in pages(client, "list_buckets", "Buckets"):
        name = bucket["Name"]
        yield Item(f"s3 bucket {name}", name, name, lambda name=name: tags.of_bucket(client, name) or {})  # type: ignore[misc]


def _secretsmanager(client: Any) -> Iterator[Item]:
    # The listing includes secrets that are pending deletion, because they still block their names.
    for secret in pages(client, "list_secrets", "SecretList", IncludePlannedDeletion=True):
        name = secret["Name"]
        yield Item(f"secret {name}", name, secret["ARN"], partial(tags.pairs, secret.get("Tags", [])))


def _sns(client: Any) -> Iterator[Item]:
    topics = {topic["TopicArn"] for topic in pages(client, "list_topics", "Topics")}
    for arn in sorted(topics):
        yield Item(f"sns topic {arn}", arn.split(":")[-1], arn.split(":")[-1], partial(tags.of_topic, client, arn))
    for subscription in pages(client, "list_subscriptions", "Subscriptions"):
        topic, arn = subscription["TopicArn"], subscription["SubscriptionArn"]
        of_topic = partial(tags.of_topic, client, topic) if topic in topics else dict
        yield Item(f"sns subscription {arn}", topic.split(":")[-1], arn.split(":")[-1], of_topic)


def _sqs(client: Any) -> Iterator[Item]:
    # Without a limit there is only one page of 1,000:
    # docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListQueues.html
    for url in pages(client, "list_queues", "QueueUrls", MaxResults=1000):
        name = url.split("/")[-1]
        yield Item(f"sqs queue {url}", name, name, partial(tags.of_queue, client, url))


LISTINGS: dict[str, Callable[[Any], Iterator[Item]]] = {
    "apigatewayv2": _apigatewayv2,
    "cloudwatch": _cloudwatch,
    "dynamodb": _dynamodb,
    "events": _events,
    "iam": _iam,
    "kms": _kms,
    "lambda": _lambda,
    "logs": _logs,
    "s3": _s3,
    "secretsmanager": _secretsmanager,
    "sns": _sns,
    "sqs": _sqs,
}
