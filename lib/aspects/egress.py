"""TAP-NET-6: AWS sends and copies data to resources of this stack only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lib.aspects.addresses import addressed, is_this_account, shape, surroundings
from lib.aspects.model import ANY_TYPE, StackRule
from lib.aspects.provider.data import JUDGMENTS, matches
from lib.aspects.strict_json import read_object
from lib.aspects.terraform_json import MISSING, UNKNOWN, Resource, StackView, arguments, as_list, format_value, literal
from lib.findings.finding import Severity

SUBSCRIPTION, INTEGRATION, VPC_ENDPOINT = (
    "aws_sns_topic_subscription",
    "aws_apigatewayv2_integration",
    "aws_vpc_endpoint",
)

# The ends of paths of arguments that say where data is sent, on any type and at any depth.
SENDS = re.compile(
    r"""(?x) (^|[._]) (
        destinations? (_arns? | _configs | _resource_arn | _s3_uri | _stream_arn | _vault_arn)?
      | destination (_config | _configuration)? \. ([a-z0-9_]+\.)* ([a-z0-9_]+_)?
            (arn | bucket | bucket_name | file_system_id | identifier | log_group | stream_name | url)
      | dead_letter_config \. arn
      | target_ (arn | bucket | group_arn | id | vault_name) | target (_group)? \. arn
      | [a-z_]*logs? \. (bucket | bucket_name | delivery_stream | group_name | log_group)
      | bucket_ (arn | name) | s3_bucket
      | sns_topic (_arns? | _name)? | sns_arn | notification_ (topic_)? arns?
      | (function | lambda | lambda_function | queue | topic) _arn
      | delivery_stream (_arn | _name)? | firehose_arn | stream_arn
      | (cloud_?watch_)? logs?_group (_arn | _name)?
      | file_system_config \. arn | efs_volume_configuration \. file_system_id
      | (authorizer | integration)_uri | http [a-z_]* \. url | account_url | endpoint
      | output_ (location | path)
      | (alarm | insufficient_data | ok) _actions
    ) $ | ^ uri $""",
)
# Words in the paths of arguments from which data is read, not sent.
READS = re.compile(r"source|input|import|grant")
# Arguments that name the account to which data is copied.
ACCOUNTS = re.compile(r"(^|\.)destination(_config|_configuration)?\.([a-z0-9_]+\.)*(account|account_id|registry_id)$")
ALSO_SENDS = frozenset(JUDGMENTS["egress"]["also"])
SENDS_NOT = tuple(JUDGMENTS["egress"]["not"])
# The service_name of a VPC endpoint for an AWS service in this region.
AWS_SERVICE = re.compile(r"com\.amazonaws\.\{region\}(\.[a-z0-9-]+)+")


def _foreign_destinations(stack: StackView) -> Iterator[tuple[str, str]]:
    for resource in stack.resources:
        for path, name, value in arguments(resource.attributes):
            for message in _foreign(stack, resource, path, value):
                yield resource.path, message
            if name == "redrive_policy":
                for message in _redriven(stack, value):
                    yield resource.path, message
        if resource.type == INTEGRATION and literal(resource.attributes.get("integration_subtype")) is not MISSING:
            named = format_value(resource.attributes.get("integration_subtype"))
            yield resource.path, f"integration_subtype is {named}; expected only the integration_uri of a function"
        if resource.type == VPC_ENDPOINT and not _is_aws_service(resource.attributes.get("service_name")):
            named = format_value(resource.attributes.get("service_name"))
            yield (
                resource.path,
                f"service_name is {named}; expected com.amazonaws.<region>.<service>, region by reference",
            )


def _foreign(stack: StackView, resource: Resource, path: str, value: Any) -> Iterator[str]:
    if resource.type == SUBSCRIPTION and path == "endpoint" and _is_alert(stack, resource):
        if literal(value) is UNKNOWN:
            yield f"endpoint is {format_value(value)}; expected a literal address"
        return
    if ACCOUNTS.search(path):
        if value is not None and not is_this_account(value):
            yield f"{path} is {format_value(value)}; expected this account, or nothing"
    elif _sends(resource.type, path):
        for item in as_list(value):
            if not isinstance(item, dict) and addressed(stack, item) is None:
                yield f"{path} is {format_value(item)}; expected a resource of this stack"


def _is_alert(stack: StackView, subscription: Resource) -> bool:
    """Return True if a subscription's endpoint may be outside the stack, such as the e-mail address for alerts."""
    return literal(subscription.attributes.get("protocol")) in stack.conventions.alert_protocols


def _sends(type_: str, path: str) -> bool:
    full = f"{type_}.{path}"
    if full in ALSO_SENDS:
        return True
    return bool(SENDS.search(path)) and not READS.search(path) and not matches(SENDS_NOT, full)


def _redriven(stack: StackView, policy: Any) -> Iterator[str]:
    """Yield a message if a queue or subscription sends dead letters out of the stack."""
    if policy is not None and addressed(stack, dead_letter_target(policy)) is None:
        expected = "expected JSON with the arn of a queue of this stack as deadLetterTargetArn"
        yield f"redrive_policy is {format_value(policy)}; {expected}"


def dead_letter_target(policy: Any) -> Any:
    """Return deadLetterTargetArn of a redrive policy (a JSON string); None if the policy is not valid."""
    try:
        found = read_object(policy)
    except ValueError:
        return None
    return found.get("deadLetterTargetArn") if found.keys() <= {"deadLetterTargetArn", "maxReceiveCount"} else None


def _is_aws_service(name: Any) -> bool:
    """Return True if a VPC endpoint's service_name is an AWS service's. Services of other accounts have other names."""
    found = shape(name, surroundings) or ""
    return AWS_SERVICE.fullmatch(found) is not None and ".vpce" not in found


SENT_ELSEWHERE = StackRule(
    id="TAP-NET-6",
    title="AWS sends and copies data to resources of this stack only; the alert e-mail is the one exception",
    why="A subscription or replication can leak payments like a public bucket, and is easy to overlook.",
    severity=Severity.CRITICAL,
    controls=("PCI DSS 4.0.1 1.3.2", "PCI DSS 4.0.1 1.4.4", "Well-Architected SEC05-BP02"),
    resource_types=ANY_TYPE,
    waivable=False,
    fix="refer to the arn (id, name or url) of a resource of the stack, or remove the argument",
    source="https://docs.aws.amazon.com/wellarchitected/latest/framework/sec_network_protection_layered.html",
    check=_foreign_destinations,
)

RULES = (SENT_ELSEWHERE,)
