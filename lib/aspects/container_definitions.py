"""The allowed keys and values in the container definitions of an ECS task on Fargate.

Any other key is a finding. For example, a command or an entry point can run code that is not in the image, and a
FireLens or other log driver can send logs elsewhere.
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lib.aspects.expressions import Reference, parse
from lib.aspects.json_forms import Form, Items, Object, Value
from lib.aspects.json_forms import check as check_form

# The text after a repository's URL: a tag or a digest.
_TAG_OR_DIGEST = r":[A-Za-z0-9_][A-Za-z0-9._-]{0,127}|@sha256:[0-9a-f]{64}"
# The text after a secret's ARN: JSON key, version stage and version id.
_BEHIND_ARN = r":[A-Za-z0-9_.-]*:[A-Za-z0-9_.-]*:[A-Za-z0-9_.-]*"
# Last word of a variable's name -> types to which its value must refer: TRANSACTIONS_TABLE must refer to a table.
VARIABLES = {
    "BUCKET": {"aws_s3_bucket"},
    "BUS": {"aws_cloudwatch_event_bus"},
    "HOST": {"aws_db_instance", "aws_elasticache_replication_group", "aws_lb", "aws_rds_cluster"},
    "KEY": {"aws_kms_key"},
    "QUEUE": {"aws_sqs_queue"},
    "REGION": {"data.aws_region"},
    "STREAM": {"aws_kinesis_firehose_delivery_stream", "aws_kinesis_stream"},
    "TABLE": {"aws_dynamodb_table"},
    "TOPIC": {"aws_sns_topic"},
}
# Variables that may have a literal value, because values of these forms cannot be a secret or an address.
LITERALS = {"LOG_LEVEL": re.compile(r"DEBUG|INFO|WARNING"), "PORT": re.compile(r"[1-9][0-9]{1,4}")}
# Variables that may hold a secret. AWS_SECRET_ACCESS_KEY may not: it would give the permissions of another identity.
_SENSITIVE_VARIABLE = r"(?!AWS_)([A-Z][A-Z0-9]*_)*(CREDENTIALS|KEY|PASSWORD|SECRET|TOKEN|USERNAME)"

_REGISTRY = {("aws_ecr_repository", "repository_url")}
_SECRETS = {("aws_secretsmanager_secret", "arn"), ("aws_ssm_parameter", "arn")}
_LOG_GROUPS = {("aws_cloudwatch_log_group", "id"), ("aws_cloudwatch_log_group", "name")}
_REGIONS = {("data.aws_region", "id"), ("data.aws_region", "name")}


def check(text: Any) -> Iterator[str]:
    """Yield a message for each part of `container_definitions` (a JSON string) that TAP-RUN-7 does not allow."""
    yield from check_form(Items(CONTAINER), text, "container_definitions")


def _split(value: Any) -> tuple[Reference, str] | None:
    """Return a reference and the literal text after it; None for any other value."""
    match parse(value) if isinstance(value, str) else ():
        case [Reference() as to]:
            return to, ""
        case [Reference() as to, str() as rest]:
            return to, rest
    return None


def _type(to: Reference) -> str:
    return f"data.{to.type}" if to.is_data else to.type


def _refers_to(value: Any, known: set[tuple[str, str]], rest: str = "") -> bool:
    """Return True if a value is a reference to a `known` (type, attribute), and then text that matches `rest`."""
    parts = _split(value)
    return parts is not None and (_type(parts[0]), parts[0].attribute) in known and bool(re.fullmatch(rest, parts[1]))


def _is_variable(value: Any) -> bool:
    if not isinstance(value, dict) or value.keys() != {"name", "value"} or not isinstance(value["name"], str):
        return False
    name, text = value["name"], value["value"]
    if name in LITERALS:
        return isinstance(text, str) and LITERALS[name].fullmatch(text) is not None
    parts = _split(text)
    types = VARIABLES.get(name.rpartition("_")[2], set()) if re.fullmatch(r"[A-Z][A-Z0-9_]*", name) else set()
    return parts is not None and parts[1] == "" and _type(parts[0]) in types


def _is_secret(value: Any) -> bool:
    return _refers_to(value, _SECRETS, f"({_BEHIND_ARN})?")


def _is_program(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) == 2
        and value[0] == "CMD"
        and isinstance(value[1], str)
        and re.fullmatch(r"(/[A-Za-z0-9._-]+)+", value[1]) is not None
    )


def _number(low: int, high: int) -> Value:
    def holds(value: Any) -> bool:
        return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high

    return Value(holds, f"a number from {low} to {high}")


def _text(pattern: str, expected: str) -> Value:
    return Value(lambda value: isinstance(value, str) and re.fullmatch(pattern, value) is not None, expected)


def _one_of(*values: str) -> Value:
    return Value(lambda value: value in values, " or ".join(values))


_NAME = _text(r"[A-Za-z0-9_-]{1,255}", "a name of letters, digits, - and _")
_PATH = _text(r"(/[A-Za-z0-9._-]+)+", "an absolute path")
_FLAG = Value(lambda value: isinstance(value, bool), "true or false")
_PORT = _number(1, 65535)

_LOGS = Object(
    {
        "logDriver": _one_of("awslogs"),
        "options": Object(
            {
                "awslogs-group": Value(
                    lambda value: _refers_to(value, _LOG_GROUPS), "the name of a log group of this stack"
                ),
                "awslogs-region": Value(lambda value: _refers_to(value, _REGIONS), "data.aws_region's name"),
                "awslogs-stream-prefix": _NAME,
                "max-buffer-size": _text(r"[1-9][0-9]*[km]", "a size such as 25m"),
                "mode": _one_of("blocking", "non-blocking"),
            },
            required=("awslogs-group", "awslogs-region", "awslogs-stream-prefix"),
        ),
    },
    required=("logDriver", "options"),
)

_HEALTH_CHECK = Object(
    {
        "command": Value(_is_program, '["CMD", the path of a program in the image], without arguments'),
        "interval": _number(5, 300),
        "retries": _number(1, 10),
        "startPeriod": _number(0, 300),
        "timeout": _number(2, 60),
    },
    required=("command",),
)

CONTAINER: Form = Object(
    {
        "cpu": _number(0, 16384),
        "dependsOn": Items(
            Object({"condition": _one_of("COMPLETE", "HEALTHY", "START", "SUCCESS"), "containerName": _NAME})
        ),
        "environment": Items(
            Value(
                _is_variable,
                f"a name that ends in {', '.join(VARIABLES)} and a reference to such an object of this stack, or "
                f"{' or '.join(LITERALS)}; put secrets into `secrets`",
            )
        ),
        "essential": _FLAG,
        "healthCheck": _HEALTH_CHECK,
        "image": Value(
            lambda value: _refers_to(value, _REGISTRY, _TAG_OR_DIGEST),
            "the repository_url of an ECR repository of this stack, and a tag or a digest",
        ),
        "linuxParameters": Object(
            {
                "capabilities": Object({"drop": Items(_text("[A-Z_]+", "a capability"))}),
                "initProcessEnabled": _FLAG,
            }
        ),
        "logConfiguration": _LOGS,
        "memory": _number(6, 122880),
        "memoryReservation": _number(6, 122880),
        "mountPoints": Items(Object({"containerPath": _PATH, "readOnly": _FLAG, "sourceVolume": _NAME})),
        "name": _NAME,
        "portMappings": Items(
            Object(
                {
                    "appProtocol": _one_of("grpc", "http", "http2"),
                    "containerPort": _PORT,
                    "hostPort": _PORT,
                    "name": _NAME,
                    "protocol": _one_of("tcp"),
                }
            )
        ),
        "privileged": Value(lambda value: value is False, "false"),
        "readonlyRootFilesystem": _FLAG,
        "secrets": Items(
            Object(
                {
                    "name": _text(_SENSITIVE_VARIABLE, "a name that ends in its kind, such as DATABASE_PASSWORD"),
                    "valueFrom": Value(
                        _is_secret, "the arn of a secret or parameter of this stack, and its part as :key:stage:version"
                    ),
                },
                required=("name", "valueFrom"),
            )
        ),
        "startTimeout": _number(2, 120),
        "stopTimeout": _number(2, 120),
        "ulimits": Items(
            Object({"hardLimit": _number(1, 1048576), "name": _one_of("nofile"), "softLimit": _number(1, 1048576)})
        ),
        "user": _text(r"(?!root\b|0+\b)[a-z0-9_-]+(:[a-z0-9_-]+)?", "a user other than root"),
        "versionConsistency": _one_of("enabled"),
    },
    required=("image", "logConfiguration", "name"),
)
