"""Finds resources that exist on AWS with our names and tags, but are not in Terraform's state.

Terraform saves the state every 20 seconds. If Terraform is killed or loses its network, the state lacks the last
resources. Creating them again would fail because their names are taken, or would create a second key or API.

There is no lookup for alarms, dashboards, policies and settings of a bucket: AWS overwrites them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from lib.targets import keys, tags
from lib.targets.pages import pages
from lib.targets.tags import NOT_FOUND

Values = Mapping[str, Any]
OWNER_TAGS = ("Environment", "ManagedBy")


@dataclass(frozen=True)
class Search:
    """A search in one environment. `connect(service)` returns a client. `tags` are the tags of all its resources.

    `known`: (type, id) of each resource in the state. A resource that the state has under another address is not an
    orphan: if Terraform imported it again, it would later destroy it.
    """

    connect: Callable[[str], Any]
    tags: Mapping[str, str]
    known: Collection[tuple[str, str]] = ()

    def owns(self, found: Mapping[str, str]) -> bool:
        return all(found.get(name) == self.tags.get(name) for name in OWNER_TAGS)

    def knows(self, resource_type: str, id_: str) -> bool:
        """Return whether the state has the resource. The id alone is ambiguous: a bucket's policy has its bucket's."""
        return (resource_type, id_) in self.known

    def find(self, resource_type: str, values: Values) -> str:
        """Return the import id; "" if the environment has no such resource, or if the plan does not know its values."""
        lookup = LOOKUPS.get(resource_type)
        try:
            found = lookup(self, _Values(values)) if lookup else ""
            return "" if self.knows(resource_type, found) else found
        except _NotKnownYetError:
            return ""
        except ClientError as error:
            if error.response["Error"]["Code"] in NOT_FOUND:
                return ""
            raise


class _NotKnownYetError(Exception):
    """The value depends on another resource that does not exist yet."""


class _Values(dict[str, Any]):
    """The values of a resource that a plan knows before the apply. Another value raises _NotKnownYetError."""

    def __missing__(self, name: str) -> Any:
        raise _NotKnownYetError(name)


Lookup = Callable[[Search, Values], str]


def _bucket(search: Search, values: Values) -> str:
    client, name = search.connect("s3"), values["bucket"]
    if not any(bucket["Name"] == name for bucket in pages(client, "list_buckets", "Buckets")):
        return ""
    found = tags.of_bucket(client, name)
    # A bucket of our account with our name and no tags is ours: its creation was interrupted before it was tagged.
    return name if found is None or search.owns(found) else ""


def _table(search: Search, values: Values) -> str:
    client, name = search.connect("dynamodb"), values["name"]
    return name if search.owns(tags.of_table(client, name)) else ""


def _role(search: Search, values: Values) -> str:
    name = values["name"]
    return name if search.owns(tags.of_role(search.connect("iam"), name)) else ""


def _log_group(search: Search, values: Values) -> str:
    client, name = search.connect("logs"), values["name"]
    for group in pages(client, "describe_log_groups", "logGroups", logGroupNamePrefix=name):
        if group["logGroupName"] == name:
            return name if search.owns(tags.of_log_group(client, group["arn"])) else ""
    return ""


def _queue(search: Search, values: Values) -> str:
    client = search.connect("sqs")
    url = client.get_queue_url(QueueName=values["name"])["QueueUrl"]
    return url if search.owns(tags.of_queue(client, url)) else ""


def _topic(search: Search, values: Values) -> str:
    client = search.connect("sns")
    for topic in pages(client, "list_topics", "Topics"):
        arn: str = topic["TopicArn"]
        if arn.rpartition(":")[2] == values["name"]:
            return arn if search.owns(tags.of_topic(client, arn)) else ""
    return ""


def _key(search: Search, values: Values) -> str:
    """Find a key by our tags and its description, because keys have no name."""
    client = search.connect("kms")
    for key in keys.readable(client):
        if (
            key["KeyState"] != "PendingDeletion"
            and not search.knows("aws_kms_key", key["KeyId"])
            and key.get("Description") == values["description"]
            and search.owns(tags.of_key(client, key["KeyId"]))
        ):
            return str(key["KeyId"])
    return ""


def _key_alias(search: Search, values: Values) -> str:
    client, name = search.connect("kms"), values["name"]
    for alias in pages(client, "list_aliases", "Aliases"):
        if alias["AliasName"] == name:
            return name if search.owns(tags.of_key(client, alias["TargetKeyId"])) else ""
    return ""


def _function(search: Search, values: Values) -> str:
    name = values["function_name"]
    return name if search.owns(tags.of_function(search.connect("lambda"), name)) else ""


def _function_alias(search: Search, values: Values) -> str:
    function, name = _function(search, values), values["name"]
    if not function:
        return ""
    arn = search.connect("lambda").get_alias(FunctionName=function, Name=name)["AliasArn"]
    return "" if search.knows("aws_lambda_alias", arn) else f"{function}/{name}"


def _function_permission(search: Search, values: Values) -> str:
    function, statement = _function(search, values), values["statement_id"]
    if not function or search.knows("aws_lambda_permission", statement):
        return ""
    qualifier = {"Qualifier": values["qualifier"]} if values.get("qualifier") else {}
    policy = json.loads(search.connect("lambda").get_policy(FunctionName=function, **qualifier)["Policy"])
    if not any(entry["Sid"] == statement for entry in policy["Statement"]):
        return ""
    return f"{':'.join([function, *qualifier.values()])}/{statement}"


def _mapping(search: Search, values: Values) -> str:
    wanted = {"EventSourceArn": values["event_source_arn"], "FunctionName": values["function_name"]}
    found = pages(search.connect("lambda"), "list_event_source_mappings", "EventSourceMappings", **wanted)
    ids = (str(mapping["UUID"]) for mapping in found)
    return next((id_ for id_ in ids if not search.knows("aws_lambda_event_source_mapping", id_)), "")


def _api(search: Search, values: Values) -> str:
    for api in pages(search.connect("apigatewayv2"), "get_apis", "Items"):
        named = api["Name"] == values["name"] and not search.knows("aws_apigatewayv2_api", api["ApiId"])
        if named and search.owns(api.get("Tags", {})):
            return str(api["ApiId"])
    return ""


def _part_of_api(part: str, operation: str, member: str, argument: str, id_member: str) -> Lookup:
    """Return a lookup in one of an API's lists: compare `member` with `argument`, and return `id_member`."""

    def lookup(search: Search, values: Values) -> str:
        api, wanted = values["api_id"], values[argument]
        for item in pages(search.connect("apigatewayv2"), operation, "Items", ApiId=api):
            if item.get(member) == wanted and not search.knows(f"aws_apigatewayv2_{part}", item[id_member]):
                return f"{api}/{item[id_member]}"
        return ""

    return lookup


def _secret(search: Search, values: Values) -> str:
    """Find a secret in the listing. DescribeSecret denies access to a missing secret unless all secrets are allowed."""
    name = values["name"]
    by_prefix = [{"Key": "name", "Values": [name]}]
    for secret in pages(search.connect("secretsmanager"), "list_secrets", "SecretList", Filters=by_prefix):
        if secret["Name"] == name and search.owns(tags.pairs(secret.get("Tags", []))):
            return str(secret["ARN"])
    return ""


LOOKUPS: dict[str, Lookup] = {
    "aws_apigatewayv2_api": _api,
    "aws_apigatewayv2_integration": _part_of_api(
        "integration", "get_integrations", "IntegrationUri", "integration_uri", "IntegrationId"
    ),
    "aws_apigatewayv2_route": _part_of_api("route", "get_routes", "RouteKey", "route_key", "RouteId"),
    "aws_apigatewayv2_stage": _part_of_api("stage", "get_stages", "StageName", "name", "StageName"),
    "aws_cloudwatch_log_group": _log_group,
    "aws_dynamodb_table": _table,
    "aws_iam_role": _role,
    "aws_kms_alias": _key_alias,
    "aws_kms_key": _key,
    "aws_lambda_alias": _function_alias,
    "aws_lambda_event_source_mapping": _mapping,
    "aws_lambda_function": _function,
    "aws_lambda_permission": _function_permission,
    "aws_s3_bucket": _bucket,
    "aws_secretsmanager_secret": _secret,
    "aws_sns_topic": _topic,
    "aws_sqs_queue": _queue,
}
