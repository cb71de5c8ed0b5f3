"""The NAME rules: names show the type, purpose and environment of a resource."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from lib.aspects.metrics import NAMESPACE
from lib.aspects.model import StackRule
from lib.aspects.provider.data import FACTS, JUDGMENTS, grouped, matches
from lib.aspects.terraform_json import Resource, StackView, blocks, format_value, literal
from lib.findings.finding import Severity

# Type -> (naming argument, {resource-type} part of its names). `x[].y` is the argument y of each block x.
NAMED: dict[str, tuple[tuple[str, str], ...]] = {
    "aws_apigatewayv2_api": (("name", "api"),),
    "aws_cloudwatch_composite_alarm": (("alarm_name", "alarm"),),
    "aws_cloudwatch_dashboard": (("dashboard_name", "dashboard"),),
    "aws_cloudwatch_log_group": (("name", ""),),  # AWS's path, then the name of the log's source
    "aws_cloudwatch_log_resource_policy": (("policy_name", "policy"),),
    "aws_cloudwatch_metric_alarm": (("alarm_name", "alarm"),),
    "aws_dynamodb_table": (
        ("name", "dynamodb"),
        ("global_secondary_index[].name", "index"),
        ("local_secondary_index[].name", "index"),
    ),
    "aws_iam_policy": (("name", "policy"),),
    "aws_iam_role": (("name", "role"),),
    "aws_iam_role_policy": (("name", "policy"),),
    "aws_kms_alias": (("name", "kms"),),
    "aws_lambda_alias": (("name", "alias"),),
    "aws_lambda_function": (("function_name", "lambda"),),
    "aws_s3_bucket": (("bucket", "s3"),),
    "aws_sns_topic": (("name", "sns"),),
    "aws_sqs_queue": (("name", "sqs"),),
}
NOT_OURS = grouped("names", "not_ours")
AWS_WORDS = {"aws_apigatewayv2_stage": ("$default",)}
# `name_prefix`, `cluster_identifier_prefix`, …: Terraform appends a random suffix.
PREFIX = re.compile(r"(.+_)?(name|identifier|bucket)_prefix")

SOURCE = "https://docs.aws.amazon.com/whitepapers/latest/tagging-best-practices/tagging-best-practices.html"


def naming_argument(type_: str) -> str | None:
    """Return the naming argument of a type, for example cluster_identifier of aws_rds_cluster."""
    argument = JUDGMENTS["names"]["also"].get(type_) or FACTS.get(type_, {}).get("name")
    return None if argument is None else str(argument)


def _names(stack: StackView, resource: Resource) -> Iterator[tuple[str, str, Any]]:
    """Yield (argument, {resource-type} or "", value) of each name of a resource; value None if it is missing."""
    if matches(NOT_OURS, resource.type):
        return
    own = naming_argument(resource.type)
    # An unknown type is checked by the arguments that it sets.
    other = ((own, ""),) if own else (("name", ""),) if "name" in resource.attributes else ()
    own_word = stack.conventions.resource_types.get(resource.type)
    for argument, word in NAMED.get(resource.type) or other:
        block, _, inner = argument.rpartition("[].")
        for attributes in blocks(resource.attributes, block) if block else [resource.attributes]:
            value = attributes.get(inner)
            if value not in AWS_WORDS.get(resource.type, ()):
                yield argument, own_word or word if not block else word, value


def _segment(name: str) -> str:
    """Return the part of a name that the project chooses: after the last `/`, without AWS's `.fifo`."""
    return name.rpartition("/")[2].removesuffix(".fifo")


def _ends_in_suffix(stack: StackView) -> Iterator[tuple[str, str]]:
    if stack.suffix is None:
        yield (
            stack.name,
            f"the environment suffix is not known: {_state_path(stack)} is not {stack.conventions.state_path}",
        )
        return
    for resource in stack.resources:
        for prefix, given in resource.attributes.items():
            if PREFIX.fullmatch(prefix) and given is not None and not matches(NOT_OURS, resource.type):
                expected = stack.conventions.expected_name("", stack.suffix)
                yield resource.path, f"{prefix} makes Terraform generate a name; expected {expected}"
        for argument, word, value in _names(stack, resource):
            known = literal(value)
            if not isinstance(known, str) or not stack.conventions.has_suffix(_segment(known), stack.suffix):
                expected = f"the suffix {stack.suffix}, as in {stack.conventions.expected_name(word, stack.suffix)}"
                yield resource.path, f"{argument} is {format_value(value)}; expected {expected}"
        for argument, value in _metric_namespaces(resource):
            if literal(value) != (namespace := stack.conventions.namespace(stack.suffix)):
                expected = f"{namespace}, which no other environment uses"
                yield resource.path, f"{argument} is {format_value(value)}; expected {expected}"


def _state_path(stack: StackView) -> str:
    backend = stack.conventions.backend
    return f"terraform.backend.{backend.type}.{backend.path}"


def _metric_namespaces(resource: Resource) -> Iterator[tuple[str, Any]]:
    """Yield (argument, value) of each namespace of a resource's custom metrics."""
    if resource.type == "aws_lambda_function":
        for block in blocks(resource.attributes, "environment"):
            variables = block.get("variables")
            if isinstance(variables, Mapping) and variables.get(NAMESPACE) is not None:
                yield f"environment.variables.{NAMESPACE}", variables[NAMESPACE]
    if resource.type == "aws_cloudwatch_log_metric_filter":
        for block in blocks(resource.attributes, "metric_transformation"):
            yield "metric_transformation.namespace", block.get("namespace")


def _follows_pattern(stack: StackView) -> Iterator[tuple[str, str]]:
    for resource in stack.resources:
        for argument, word, value in _names(stack, resource):
            known = literal(value)
            # TAP-NAME-1 reports a name that is not a literal, and a missing suffix.
            if isinstance(known, str) and not stack.conventions.is_name(_segment(known), word, stack.suffix):
                expected = stack.conventions.expected_name(word, stack.suffix)
                yield resource.path, f"{argument} is {format_value(value)}; expected {expected} in lower case"


ENDS_IN_SUFFIX = StackRule(
    id="TAP-NAME-1",
    title="Every name, and every namespace of custom metrics, has the environment suffix",
    why="Environments can share an account: without the suffix, names collide or are confused.",
    severity=Severity.MEDIUM,
    controls=("PCI DSS 4.0.1 6.5.3", "PCI DSS 4.0.1 12.5.1"),
    resource_types=("*",),
    waivable=True,
    fix="use a literal name that follows the pattern; for TapStack, naming(resource_type, purpose) returns such a name",
    source=SOURCE,
    check=_ends_in_suffix,
)

FOLLOWS_PATTERN = StackRule(
    id="TAP-NAME-2",
    title="Every name follows the pattern, by default {resource-type}-{purpose}-{suffix}",
    why="A name in a bill, a log or an alarm then shows what the resource is and what it is for.",
    severity=Severity.LOW,
    controls=("PCI DSS 4.0.1 12.5.1",),
    resource_types=("*",),
    waivable=True,
    fix="use a literal name that follows the pattern; for TapStack, naming(resource_type, purpose) returns such a name",
    source=SOURCE,
    check=_follows_pattern,
)

RULES = (ENDS_IN_SUFFIX, FOLLOWS_PATTERN)
