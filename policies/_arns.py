"""Recognizes ARNs of this stack's resources, in this account and region. Not a policy.

Such an ARN is either a reference to an ARN that AWS computes, with an optional path (`${aws_s3_bucket.b.arn}/audit/*`),
or spelled out: partition, region and account come from data sources, and the rest names a resource of the stack. A
spelled-out ARN is needed where a reference would be a dependency cycle in Terraform.
"""

import fnmatch
import re

from _conventions import is_family
from _expressions import Unreadable, is_literal, is_reference, parse, reference
from _names import naming_argument

PARTITION = ("data.aws_partition", ("partition",))
REGION = ("data.aws_region", ("name", "region", "id"))
ACCOUNT = ("data.aws_caller_identity", ("account_id",))
# Attributes with the ARN of the resource itself. Other attributes that end in _arn may belong to another resource: a
# key alias has the ARN of its key.
ARNS = (
    "arn",
    "dashboard_arn",
    "execution_arn",
    "invoke_arn",
    "qualified_arn",
    "qualified_invoke_arn",
    "response_streaming_invoke_arn",
    "stream_arn",
)
# Service -> (prefix of the name in the ARN, resource type, argument with the name).
FORMS = {
    "backup": [("backup-vault:", "aws_backup_vault", "name")],
    "cloudtrail": [("trail/", "aws_cloudtrail", "name")],
    "cloudwatch": [
        ("alarm:", "aws_cloudwatch_metric_alarm", "alarm_name"),
        ("alarm:", "aws_cloudwatch_composite_alarm", "alarm_name"),
    ],
    "dynamodb": [("table/", "aws_dynamodb_table", "name")],
    "ecr": [("repository/", "aws_ecr_repository", "name")],
    "ecs": [
        ("cluster/", "aws_ecs_cluster", "name"),
        ("service/", "aws_ecs_cluster", "name"),
        ("task/", "aws_ecs_cluster", "name"),
        ("task-definition/", "aws_ecs_task_definition", "family"),
    ],
    "elasticloadbalancing": [
        ("loadbalancer/app/", "aws_lb", "name"),
        ("loadbalancer/net/", "aws_lb", "name"),
        ("loadbalancer/app/", "aws_alb", "name"),
    ],
    "events": [
        ("rule/", "aws_cloudwatch_event_rule", "name"),
        ("rule/", "aws_cloudwatch_event_bus", "name"),
        ("event-bus/", "aws_cloudwatch_event_bus", "name"),
    ],
    "firehose": [("deliverystream/", "aws_kinesis_firehose_delivery_stream", "name")],
    "iam": [("role/", "aws_iam_role", "name"), ("policy/", "aws_iam_policy", "name")],
    "kinesis": [("stream/", "aws_kinesis_stream", "name")],
    "kms": [("alias/", "aws_kms_alias", "name")],
    "lambda": [("function:", "aws_lambda_function", "function_name")],
    "logs": [("log-group:", "aws_cloudwatch_log_group", "name")],
    "rds": [("db:", "aws_db_instance", "identifier"), ("cluster:", "aws_rds_cluster", "cluster_identifier")],
    "s3": [("", "aws_s3_bucket", "bucket")],
    "scheduler": [("schedule/", "aws_scheduler_schedule_group", "name")],
    "secretsmanager": [("secret:", "aws_secretsmanager_secret", "name")],
    "sns": [("", "aws_sns_topic", "name")],
    "sqs": [("", "aws_sqs_queue", "name")],
    "ssm": [("parameter/", "aws_ssm_parameter", "name"), ("parameter", "aws_ssm_parameter", "name")],
    "states": [("stateMachine:", "aws_sfn_state_machine", "name")],
}
# Services whose ARNs have no region. S3's ARNs have no account either.
WITHOUT_REGION = ("iam", "s3")
WITHOUT_ACCOUNT = ("s3",)
# Types of which `*` may replace the purpose in a name (`alarm-*-dev`), because such resources refer to the key or topic
# that has the policy. Naming each resource would be a dependency cycle, or every new alarm would change the policy.
PATTERNS = ("alarm:", "log-group:")


def is_place(part, place):
    """Return True if a part of a string is a reference to the stack's account, partition or region (`place`)."""
    return is_reference(part) and part.kind == place[0] and part.attribute in place[1]


def is_own_account(value):
    return is_place(reference(value), ACCOUNT)


def is_own_arn(stack, value):
    """Return True if a string is the ARN of a resource of this stack, or of a part of such a resource."""
    parts = parse(value) if isinstance(value, str) else (Unreadable(""),)
    if not all(isinstance(part, str) or is_known(stack, part) for part in parts):
        return False
    if is_reference(parts[0]):
        beneath = parts[1:] == () or (isinstance(parts[1], str) and parts[1].startswith(beneath_of(parts[0].kind)))
        return is_computed_arn(stack, parts[0]) and beneath
    return is_spelled_out(stack, value)


def beneath_of(kind):
    """Return the characters that separate an ARN of this type from a part of the resource; IAM objects have no parts.

    `role/a/b` is the role b with the path /a/.
    """
    return () if kind.startswith("aws_iam_") else ("/", ":")


def is_known(stack, part):
    """Return True if a part refers to a resource of this stack, or to the stack's account, partition or region."""
    if any(is_place(part, place) for place in (PARTITION, REGION, ACCOUNT)):
        return True
    return is_reference(part) and not part.kind.startswith("data.") and stack.declares(part.kind, part.name)


def is_computed_arn(stack, part):
    """Return True if a reference is to an ARN that AWS computes, and not to an argument that the stack sets."""
    kind, name, attribute = part
    if attribute not in ARNS or not stack.declares(kind, name):
        return False
    body = stack.of_type(kind)[name]
    of_it = (body.get(argument) for argument in (naming_argument(kind), "path"))
    return attribute not in body and not any(isinstance(text, str) and re.search("[*?]", text) for text in of_it)


def is_spelled_out(stack, text):
    begin, *parts = text.split(":", 5)
    if begin != "arn" or len(parts) != 5:
        return False
    partition, service, region, account, rest = parts
    return (
        is_place(reference(partition), PARTITION)
        and (region == "" if service in WITHOUT_REGION else is_place(reference(region), REGION))
        and (account == "" if service in WITHOUT_ACCOUNT else is_own_account(account))
        and any(
            rest.startswith(before) and names_one(stack, kind, argument, rest.removeprefix(before), before)
            for before, kind, argument in FORMS.get(service, ())
        )
    )


def names_one(stack, kind, argument, text, before):
    """Return True if a string is the name of a resource of this type, a part of one, or an allowed pattern."""
    for name, body in stack.of_type(kind).items():
        literal = body.get(argument)
        names = [f"${{{kind}.{name}.{attribute}}}" for attribute in (argument, "id")]
        names += [literal] if is_literal(literal) and re.fullmatch(r"[A-Za-z0-9_./-]+", literal) else []
        if any(text == each or text.startswith(tuple(f"{each}{sign}" for sign in beneath_of(kind))) for each in names):
            return True
        if kind == "aws_secretsmanager_secret" and is_literal(literal) and text == f"{literal}-??????":
            return True  # AWS appends six characters to a secret's ARN
        if before in PATTERNS and names[2:] and is_family(text, stack.suffix) and fnmatch.fnmatchcase(literal, text):
            return True
    return False


def is_arn_of(resource, text):
    """Return True if a string is the ARN of this Resource."""
    kind, name = resource.kind, resource.name
    if text == f"${{{kind}.{name}.arn}}":
        return "arn" not in resource.body
    spelled_out = isinstance(text, str) and is_spelled_out(resource.stack, text)
    return spelled_out and any(
        text.split(":", 5)[5] == f"{before}{resource.body.get(argument)}" and is_literal(resource.body.get(argument))
        for before, of_kind, argument in FORMS.get(text.split(":", 5)[2], ())
        if of_kind == kind
    )
