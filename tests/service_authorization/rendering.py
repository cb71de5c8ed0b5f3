"""The policies of a synthesized stack as AWS gets them: documents with example values for what AWS sets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

PARTITION, REGION, ACCOUNT = "aws", "eu-west-1", "123456789012"
_HERE = f"{REGION}:{ACCOUNT}"
REFERENCE = re.compile(r"\$\{(?:(data)\.)?([a-z0-9_]+)\.([A-Za-z0-9_-]+)\.([a-z_]+)\}")

# Type and attribute -> an example; {} is the resource's literal name, given by the argument.
EXAMPLES: Mapping[tuple[str, str], tuple[str, str]] = {
    ("aws_caller_identity", "account_id"): ("", ACCOUNT),
    ("aws_partition", "partition"): ("", PARTITION),
    ("aws_region", "name"): ("", REGION),
    ("aws_apigatewayv2_api", "execution_arn"): ("", f"arn:aws:execute-api:{_HERE}:a1b2c3d4e5"),
    ("aws_cloudwatch_event_rule", "arn"): ("name", f"arn:aws:events:{_HERE}:rule/{{}}"),
    ("aws_cloudwatch_log_group", "arn"): ("name", f"arn:aws:logs:{_HERE}:log-group:{{}}"),
    ("aws_dynamodb_table", "arn"): ("name", f"arn:aws:dynamodb:{_HERE}:table/{{}}"),
    ("aws_dynamodb_table", "stream_arn"): (
        "name",
        f"arn:aws:dynamodb:{_HERE}:table/{{}}/stream/2026-11-24T08:00:00.000",
    ),
    ("aws_iam_role", "arn"): ("name", f"arn:aws:iam::{ACCOUNT}:role/{{}}"),
    ("aws_kms_key", "arn"): ("", f"arn:aws:kms:{_HERE}:key/1234abcd-12ab-34cd-56ef-1234567890ab"),
    ("aws_lambda_function", "arn"): ("function_name", f"arn:aws:lambda:{_HERE}:function:{{}}"),
    ("aws_s3_bucket", "arn"): ("bucket", "arn:aws:s3:::{}"),
    ("aws_secretsmanager_secret", "arn"): ("name", f"arn:aws:secretsmanager:{_HERE}:secret:{{}}-a1b2c3"),
    ("aws_sns_topic", "arn"): ("name", f"arn:aws:sns:{_HERE}:{{}}"),
    ("aws_sqs_queue", "arn"): ("name", f"arn:aws:sqs:{_HERE}:{{}}"),
}


@dataclass(frozen=True)
class Rendered:
    """A document, the data source that it comes from, and the type and argument of the resource that has it."""

    resource_type: str
    argument: str
    address: str
    source: str
    document: Mapping[str, Any]


def policies(content: Mapping[str, Any]) -> Iterator[Rendered]:
    """Every policy document of a stack's JSON, at each place where it is used."""
    documents = content["data"]["aws_iam_policy_document"]
    for resource_type, resources in content["resource"].items():
        for name, attributes in resources.items():
            for argument, value in attributes.items():
                found = REFERENCE.fullmatch(value) if isinstance(value, str) else None
                if found and found.group(2) == "aws_iam_policy_document":
                    document = {
                        "Statement": [_statement(content, item) for item in documents[found.group(3)]["statement"]]
                    }
                    yield Rendered(resource_type, argument, f"{resource_type}.{name}", found.group(3), document)


def _statement(content: Mapping[str, Any], statement: Mapping[str, Any]) -> dict[str, Any]:
    condition: dict[str, dict[str, Any]] = {}
    for item in statement.get("condition", []):
        values = [render(content, value) for value in item["values"]]
        condition.setdefault(item["test"], {})[item["variable"]] = values
    return {
        "Effect": statement["effect"],
        "Action": statement["actions"],
        "Resource": [render(content, value) for value in statement.get("resources", [])],
        "Principal": [principal["type"] for principal in statement.get("principals", [])],
        "Condition": condition,
    }


def render(content: Mapping[str, Any], text: str) -> str:
    """A template with examples in place of its references. Raises KeyError for one that has no example."""

    def example(found: re.Match[str]) -> str:
        block, type_, name, attribute = found.groups()
        argument, pattern = EXAMPLES[(type_, attribute)]
        kind = "data" if block else "resource"
        return pattern.replace("{}", str(content[kind][type_][name][argument]) if argument else "")

    return REFERENCE.sub(example, text)
