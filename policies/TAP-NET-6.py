"""In Python: targets must be resources of the stack, and each type names its targets in other arguments."""

import re

from _arns import REGION, is_place
from _catalogue import allowed, settings
from _containers import containers, foreign_logs
from _conventions import CONVENTIONS
from _egress import foreign_targets, is_own_target, is_sending, values_at
from _expressions import is_literal, parse
from _json_text import read_json
from _stack import StackCheck, blocks, shown, texts
from checkov.common.models.enums import CheckCategories

EMAIL = re.compile(r"[^@\s]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}")
ALERTS = CONVENTIONS["alert_protocols"]
# Types of DNS records that direct no traffic. They only prove a domain's owner or publish a setting.
ANNOUNCING = ("CAA", "TXT")
REDRIVE = ("aws_sns_topic_subscription", "aws_sqs_queue", "aws_sqs_queue_redrive_policy")


class DataStaysInTheStack(StackCheck):
    id = "TAP-NET-6"
    name = "AWS sends and copies data to resources of this stack only"
    guideline = (
        "refer to the arn (or id, or name) of a resource of this stack; only the endpoint of a subscription by "
        f"{' or '.join(ALERTS)} may be a literal address"
    )
    category = CheckCategories.NETWORKING

    def violations(self, resource):
        for path, value in foreign_targets(resource):
            yield f"{path} is {shown(value)}"
        for path, value in settings(resource.kind, resource.body):
            # The target must also have the right type.
            if value is not None and is_sending(path) and allowed(path, value):
                yield f"{path.removeprefix(f'{resource.kind}.')} is {shown(value)}; allowed: {allowed(path, value)}"
        kind, stack, body = resource.kind, resource.stack, resource.body
        if kind == "aws_apigatewayv2_integration" and goes_out(body):
            yield f"integration_type is {shown(body.get('integration_type'))}, and connection_type is not VPC_LINK"
        if kind == "aws_apigatewayv2_integration" and body.get("integration_uri", []) == []:
            yield "integration_uri is not set"
        if kind == "aws_vpc_endpoint" and not is_service_of_aws(body):
            yield f"service_name is {shown(body.get('service_name'))}"
        if kind == "aws_sns_topic_subscription" and not is_right_endpoint(stack, body):
            yield f"endpoint is {shown(body.get('endpoint'))}, with protocol {shown(body.get('protocol'))}"
        if kind in REDRIVE and "redrive_policy" in body and not redrives_within(stack, body["redrive_policy"]):
            yield f"redrive_policy is {shown(body['redrive_policy'])}"
        if kind == "aws_kinesis_firehose_delivery_stream":
            yield from foreign_processors(stack, body)
        if kind == "aws_route53_record" and body.get("type") not in ANNOUNCING:
            for record in texts(body.get("records") or []):
                if not is_own_target(stack, record):
                    yield f"records has {shown(record)}"
        if kind == "aws_ecs_task_definition":
            for container in containers(body) or ():
                yield from foreign_logs(stack, container)


def goes_out(integration):
    """Return True if an integration forwards requests by HTTP to a target outside of the stack's networks."""
    types = texts(integration.get("integration_type"))
    by_http = not types or any(type_ not in ("AWS", "AWS_PROXY", "MOCK") for type_ in types)
    return by_http and integration.get("connection_type") != "VPC_LINK"


def is_service_of_aws(endpoint):
    """Return True if a VPC endpoint's service is an AWS service: `com.amazonaws.${data.aws_region.here.name}.s3`."""
    name = endpoint.get("service_name")
    if name is None:
        return any(argument in endpoint for argument in ("resource_configuration_arn", "service_network_arn"))
    parts = parse(name) if isinstance(name, str) else ()
    plain = "".join("here" if is_place(part, REGION) else str(part) for part in parts)
    return re.fullmatch(r"com\.amazonaws\.here\.[a-z0-9.-]+", plain) is not None and ".vpce" not in plain


def is_right_endpoint(stack, body):
    endpoint = body.get("endpoint")
    protocol = body.get("protocol")
    is_address = is_literal(endpoint) and (protocol != "email" or EMAIL.fullmatch(endpoint) is not None)
    return (protocol in ALERTS and is_address) or is_own_target(stack, endpoint)


def redrives_within(stack, policy):
    """Return True if a redrive policy (a JSON string) names a queue of the stack."""
    redrive = read_json(policy)
    return isinstance(redrive, dict) and is_own_target(stack, redrive.get("deadLetterTargetArn"))


def foreign_processors(stack, body):
    """Yield a text for each Firehose processor parameter that names a function outside of the stack."""
    for processors in values_at(body, ["*", "processing_configuration", "processors"]):
        for parameter in blocks(processors.get("parameters") if isinstance(processors, dict) else "?"):
            is_function = parameter.get("parameter_name") in (None, "LambdaArn")
            if is_function and not is_own_target(stack, parameter.get("parameter_value")):
                yield f"processors.parameters is {shown(parameter)}"


check = DataStaysInTheStack()
