"""Runs the commands that a report names, without the AWS CLI: their names follow from the API's."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

from botocore import xform_name

from lib.targets.deployment import Deployment
from tests.integration.settled import once_settled

CLI_NAMES = {"s3api": "s3"}


def run(deployment: Deployment, command: str) -> None:
    """`aws iam delete-role-policy --role-name x --policy-name y`"""
    aws, service, operation, *options = shlex.split(command)
    assert aws == "aws", command
    client = deployment.client(CLI_NAMES.get(service, service))
    method = operation.replace("-", "_")
    members = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[method]).input_shape.members
    names = {f"--{xform_name(name, '-')}": name for name in members}
    arguments: dict[str, Any] = {}
    for option, value in zip(options[::2], options[1::2], strict=True):
        name = names[option]
        if members[name].type_name == "structure":
            arguments[name] = json.loads(value)
        elif value.startswith("fileb://"):
            arguments[name] = _code(deployment, value)
        else:
            arguments[name] = value
    once_settled(getattr(client, method), **arguments)


def _code(deployment: Deployment, value: str) -> bytes:
    """The deployed zip, which docs/drift.md says where to find."""
    (path,) = {
        function["filename"]
        for function in deployment.stack.content["resource"]["aws_lambda_function"].values()
        if Path(function["filename"]).name == value.removeprefix("fileb://")
    }
    return (deployment.stack.directory / path).read_bytes()
