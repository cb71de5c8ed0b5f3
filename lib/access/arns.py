"""The ARNs of a stack's resources, by AWS's resource types, with parameters for the environment.

Names are literals in the JSON and end in the environment's suffix, so each ARN names one resource. A pattern would
also match another environment: `*-dev` matches `…-my-dev`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lib.errors import ToolError
from lib.naming import Naming

Content = Mapping[str, Any]
Type = tuple[str, str]  # service prefix and resource type, as in the service-authorization reference

_REGIONAL = "arn:${PARTITION}:%s:${REGION}:${ACCOUNT}:"


@dataclass(frozen=True)
class Named:
    """The naming argument of a Terraform type, and its ARNs by AWS's resource type; {} stands for the name."""

    argument: str
    arns: Mapping[Type, tuple[str, ...]]


def _named(argument: str, prefix: str, type_: str, *resources: str) -> Named:
    return Named(argument, {(prefix, type_): tuple(_REGIONAL % prefix + resource for resource in resources)})


# docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
# Lambda checks the ARN with a version or alias if a call names one. For older calls, CloudWatch Logs checks `ARN:*`.
NAMED: Mapping[str, Named] = {
    "aws_cloudwatch_dashboard": Named(
        "dashboard_name", {("cloudwatch", "dashboard"): ("arn:${PARTITION}:cloudwatch::${ACCOUNT}:dashboard/{}",)}
    ),
    "aws_cloudwatch_event_rule": _named("name", "events", "rule-on-default-event-bus", "rule/{}"),
    "aws_cloudwatch_log_group": _named("name", "logs", "log-group", "log-group:{}", "log-group:{}:*"),
    "aws_cloudwatch_metric_alarm": _named("alarm_name", "cloudwatch", "alarm", "alarm:{}"),
    "aws_dynamodb_table": _named("name", "dynamodb", "table", "table/{}"),
    "aws_iam_role": Named("name", {("iam", "role"): ("arn:${PARTITION}:iam::${ACCOUNT}:role/{}",)}),
    "aws_kms_alias": _named("name", "kms", "alias", "{}"),
    "aws_lambda_function": _named("function_name", "lambda", "function", "function:{}", "function:{}:*"),
    "aws_s3_bucket": Named(
        "bucket",
        {("s3", "bucket"): ("arn:${PARTITION}:s3:::{}",), ("s3", "object"): ("arn:${PARTITION}:s3:::{}/*",)},
    ),
    # AWS adds a hyphen and six characters to a secret's name.
    "aws_secretsmanager_secret": _named("name", "secretsmanager", "Secret", "secret:{}-??????"),
    "aws_sns_topic": _named("name", "sns", "topic", "{}"),
    "aws_sqs_queue": _named("name", "sqs", "queue", "{}"),
}
# Types that are parts of a named resource, or have no name. If they have ARNs of their own, grants.toml states these.
UNNAMED = frozenset(
    {
        "aws_apigatewayv2_api",
        "aws_apigatewayv2_integration",
        "aws_apigatewayv2_route",
        "aws_apigatewayv2_stage",
        "aws_cloudwatch_event_target",
        "aws_cloudwatch_log_metric_filter",
        "aws_iam_role_policy",
        "aws_kms_key",
        "aws_lambda_alias",
        "aws_lambda_event_source_mapping",
        "aws_lambda_function_event_invoke_config",
        "aws_lambda_permission",
        "aws_s3_bucket_lifecycle_configuration",
        "aws_s3_bucket_logging",
        "aws_s3_bucket_ownership_controls",
        "aws_s3_bucket_policy",
        "aws_s3_bucket_public_access_block",
        "aws_s3_bucket_server_side_encryption_configuration",
        "aws_s3_bucket_versioning",
        "aws_sns_topic_policy",
        "aws_sns_topic_subscription",
    }
)


def of_stack(content: Content, naming: Naming) -> dict[Type, tuple[str, ...]]:
    """Return the ARNs of every named resource, with ${SUFFIX} and, in bucket names, ${DIGEST} as parameters.

    Raises ToolError for a resource type that is neither in NAMED nor in UNNAMED, and for a name without the suffix.
    """
    found: dict[Type, set[str]] = {}
    for resource_type, resources in content["resource"].items():
        if resource_type in UNNAMED:
            continue
        if resource_type not in NAMED:
            raise ToolError(
                f"{resource_type} is new in the stack; add it to NAMED or UNNAMED in lib/access/arns.py, so that the "
                "deploy role covers it"
            )
        named = NAMED[resource_type]
        for name in _names(resources, named.argument, naming):
            for type_, formats in named.arns.items():
                found.setdefault(type_, set()).update(text.replace("{}", name) for text in formats)
    return {type_: tuple(sorted(arns)) for type_, arns in found.items()}


def _names(resources: Mapping[str, Any], argument: str, naming: Naming) -> Iterator[str]:
    for identifier, attributes in resources.items():
        name = str(attributes[argument])
        ending = f"-{naming.suffix}"
        if not name.endswith(ending):
            raise ToolError(f"{identifier}: {argument} is {name!r}, which does not end in {ending!r} (TAP-NAME-1)")
        yield name.removesuffix(ending).replace(naming.digest, "${DIGEST}") + "-${SUFFIX}"
