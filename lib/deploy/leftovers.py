"""What is still there after a destroy: each service asked by its own API, whatever Terraform believes.

The tagging API would be one call, but it knows neither every service nor, in the emulator, most of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from lib.deploy.pages import pages

Connect = Callable[[str], Any]


@dataclass
class Leftovers:
    """`found` must be empty; `pending` is on its way out (AWS deletes no key at once); `asked` the services asked."""

    found: list[str] = field(default_factory=list)
    pending: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Whose:
    """What counts as ours: names that end in the environment's suffix (TAP-NAME-1), or everything (None).

    `kept` are names that belong to somebody else all the same: the state bucket.
    """

    suffix: str | None = None
    kept: tuple[str, ...] = ()

    def __call__(self, name: str) -> bool:
        return name not in self.kept and (self.suffix is None or name.endswith(f"-{self.suffix}"))


def find(connect: Connect, ours: Whose) -> Leftovers:
    """Ask every service that the stack uses. Lists are read to their end."""
    result = Leftovers()
    for service, listing in LISTINGS.items():
        result.asked.append(service)
        result.found += list(listing(connect(service), ours))
    result.asked.append("kms")
    _keys(connect("kms"), ours, result)
    return result


def _dynamodb(client: Any, ours: Whose) -> Iterator[str]:
    for name in pages(client, "list_tables", "TableNames"):
        if ours(name):
            yield f"dynamodb table {name}"
    # A backup outlives its table. AWS's own, of a table that had point-in-time recovery, nobody can delete; it expires
    # after 35 days: docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BackupDetails.html
    for backup in client.list_backups(BackupType="USER").get("BackupSummaries", []):
        if ours(backup["TableName"]):
            yield f"dynamodb backup {backup['BackupName']} of {backup['TableName']}"


def _s3(client: Any, ours: Whose) -> Iterator[str]:
    for bucket in client.list_buckets()["Buckets"]:
        if ours(bucket["Name"]):
            yield f"s3 bucket {bucket['Name']}"


def _lambda(client: Any, ours: Whose) -> Iterator[str]:
    for function in pages(client, "list_functions", "Functions"):
        if ours(function["FunctionName"]):
            yield f"lambda function {function['FunctionName']}"
    for mapping in pages(client, "list_event_source_mappings", "EventSourceMappings"):
        # …:function:NAME or …:function:NAME:ALIAS
        name = mapping.get("FunctionArn", "").split(":function:")[-1].split(":")[0]
        if ours(name):
            yield f"lambda event source mapping {mapping['UUID']} of {name}"


def _iam(client: Any, ours: Whose) -> Iterator[str]:
    for role in pages(client, "list_roles", "Roles"):
        if ours(role["RoleName"]) and not role["Path"].startswith("/aws-service-role/"):
            yield f"iam role {role['RoleName']}"
    for policy in pages(client, "list_policies", "Policies", Scope="Local"):
        if ours(policy["PolicyName"]):
            yield f"iam policy {policy['PolicyName']}"


def _logs(client: Any, ours: Whose) -> Iterator[str]:
    for group in pages(client, "describe_log_groups", "logGroups"):
        if ours(group["logGroupName"]):
            yield f"log group {group['logGroupName']}"
    for policy in pages(client, "describe_resource_policies", "resourcePolicies"):
        if ours(policy["policyName"]):
            yield f"log resource policy {policy['policyName']}"


def _sns(client: Any, ours: Whose) -> Iterator[str]:
    for topic in pages(client, "list_topics", "Topics"):
        if ours(topic["TopicArn"].split(":")[-1]):
            yield f"sns topic {topic['TopicArn']}"
    for subscription in pages(client, "list_subscriptions", "Subscriptions"):
        if ours(subscription["TopicArn"].split(":")[-1]):
            yield f"sns subscription {subscription['SubscriptionArn']}"


def _sqs(client: Any, ours: Whose) -> Iterator[str]:
    # Without a limit there is one page of 1,000 and no next one:
    # docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListQueues.html
    for url in pages(client, "list_queues", "QueueUrls", MaxResults=1000):
        if ours(url.split("/")[-1]):
            yield f"sqs queue {url}"


def _cloudwatch(client: Any, ours: Whose) -> Iterator[str]:
    for kind in ("MetricAlarms", "CompositeAlarms"):
        types = [kind.removesuffix("s")]
        for alarm in pages(client, "describe_alarms", kind, AlarmTypes=types):
            if ours(alarm["AlarmName"]):
                yield f"cloudwatch alarm {alarm['AlarmName']}"
    for dashboard in pages(client, "list_dashboards", "DashboardEntries"):
        if ours(dashboard["DashboardName"]):
            yield f"cloudwatch dashboard {dashboard['DashboardName']}"


def _apigatewayv2(client: Any, ours: Whose) -> Iterator[str]:
    for api in pages(client, "get_apis", "Items"):
        if ours(api["Name"]):
            yield f"api {api['Name']} ({api['ApiId']})"


def _keys(client: Any, ours: Whose, result: Leftovers) -> None:
    for alias in pages(client, "list_aliases", "Aliases"):
        if not alias["AliasName"].startswith("alias/aws/") and ours(alias["AliasName"]):
            result.found.append(f"kms alias {alias['AliasName']}")
    for item in pages(client, "list_keys", "Keys"):
        key = client.describe_key(KeyId=item["KeyId"])["KeyMetadata"]
        if key.get("KeyManager") == "AWS" or not _is_ours(client, key, ours):
            continue
        if key["KeyState"] == "PendingDeletion":
            result.pending.append(f"kms key {key['KeyId']}, deleted on {key['DeletionDate']:%Y-%m-%d}")
        else:
            result.found.append(f"kms key {key['KeyId']} ({key['KeyState']})")


def _is_ours(client: Any, key: dict[str, Any], ours: Whose) -> bool:
    """A key has no name of its own: its Environment tag says whose it is."""
    if ours.suffix is None:
        return True
    tags = {tag["TagKey"]: tag["TagValue"] for tag in client.list_resource_tags(KeyId=key["KeyId"])["Tags"]}
    return tags.get("Environment") == ours.suffix and tags.get("ManagedBy") == "cdktf"


LISTINGS: dict[str, Callable[[Any, Whose], Iterator[str]]] = {
    "apigatewayv2": _apigatewayv2,
    "cloudwatch": _cloudwatch,
    "dynamodb": _dynamodb,
    "iam": _iam,
    "lambda": _lambda,
    "logs": _logs,
    "s3": _s3,
    "sns": _sns,
    "sqs": _sqs,
}
