"""What the functions are allowed is what they do: their calls to AWS, noted while the other tests ran, and their roles.

An action or a resource that is allowed and never used fails, as does one that is used and not allowed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from lib.targets.deployment import Deployment
from lib.targets.pages import pages

FUNCTIONS = {
    "processor": "payment_function_name",
    "settler": "settler_function_name",
    "archiver": "archive_function_name",
}
# Statements for what AWS's services do under the role, which no code of ours calls: the sid, and who uses it.
USED_BY_SERVICES = {
    "ArchiveKey": "S3, for the objects that the function writes",
    "DeadLetters": "Lambda, for events that it gave up",
    "DeadLettersKey": "SQS, for what Lambda sends there",
    "Environment": "Lambda, to decrypt the function's variables",
    "LedgerKey": "DynamoDB, for the table",
    "ListStreams": "Lambda's poller of the stream",
    "Logs": "Lambda, for what the function prints",
    "Stream": "Lambda's poller of the stream",
    "StreamKey": "DynamoDB, for the stream",
    "Traces": "Lambda, for active tracing",
}
# An operation is authorized by the action of its name, but for these.
# docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
ACTIONS = {"s3:HeadObject": "s3:GetObject", "s3:ListObjectsV2": "s3:ListBucket"}


@dataclass(frozen=True)
class Call:
    action: str
    resource: str


@pytest.fixture(params=FUNCTIONS)
def function(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def calls(function: str, outputs: dict[str, str], calls_file: Path | None) -> set[Call]:
    """What the function called, each once."""
    assert calls_file is not None
    lines = [json.loads(line) for line in calls_file.read_text().splitlines()]
    noted = [line for line in lines if line["function"] == outputs[FUNCTIONS[function]]]
    assert noted, f"no test made the {function} call anything"
    account = outputs["kms_key_arn"].split(":")[4]
    region = outputs["kms_key_arn"].split(":")[3]
    return {
        Call(
            ACTIONS.get(action := f"{line['service']}:{line['operation']}", action),
            resource_of(line["service"], line["parameters"], f"{region}:{account}"),
        )
        for line in noted
    }


@pytest.fixture
def statements(function: str, outputs: dict[str, str], deployment: Deployment) -> list[dict[str, Any]]:
    """What the function's role allows, as it stands there."""
    client = deployment.client("iam")
    role = f"role-{function}-{outputs[FUNCTIONS[function]].removeprefix(f'lambda-{function}-')}"
    assert list(pages(client, "list_attached_role_policies", "AttachedPolicies", RoleName=role)) == []
    (name,) = pages(client, "list_role_policies", "PolicyNames", RoleName=role)
    document = client.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
    found: list[dict[str, Any]] = document["Statement"]
    return found


@pytest.mark.emulator_only("nothing notes the functions' calls on AWS")
def test_every_call_is_allowed(calls: set[Call], statements: list[dict[str, Any]]) -> None:
    refused = [call for call in calls if not any(allows(statement, call) for statement in statements)]
    assert refused == []


@pytest.mark.emulator_only("nothing notes the functions' calls on AWS")
def test_every_action_and_resource_that_is_allowed_is_used(calls: set[Call], statements: list[dict[str, Any]]) -> None:
    for statement in statements:
        if statement["Sid"] in USED_BY_SERVICES:
            continue
        used = [call for call in calls if allows(statement, call)]
        assert {call.action for call in used} == set(listed(statement["Action"])), statement["Sid"]
        for pattern in listed(statement["Resource"]):
            assert [call for call in used if fnmatchcase(call.resource, pattern)], (statement["Sid"], pattern)


@pytest.mark.aws
def test_every_service_that_uses_the_role_has_its_statement(outputs: dict[str, str], deployment: Deployment) -> None:
    """A reason for a statement that is gone excuses nothing any more."""
    sids = set()
    for function, output in FUNCTIONS.items():
        role = f"role-{function}-{outputs[output].removeprefix(f'lambda-{function}-')}"
        client = deployment.client("iam")
        for name in pages(client, "list_role_policies", "PolicyNames", RoleName=role):
            document = client.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
            sids |= {statement["Sid"] for statement in document["Statement"]}
    assert USED_BY_SERVICES.keys() <= sids


def allows(statement: dict[str, Any], call: Call) -> bool:
    """No policy of ours has patterns among its actions: TAP-IAM-1."""
    return call.action in listed(statement["Action"]) and any(
        fnmatchcase(call.resource, pattern) for pattern in listed(statement["Resource"])
    )


def listed(value: str | list[str]) -> list[str]:
    return value if isinstance(value, list) else [value]


def resource_of(service: str, parameters: dict[str, str], where: str) -> str:
    """The ARN that the call is about. docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html"""
    match service:
        case "dynamodb":
            table = f"arn:aws:dynamodb:{where}:table/{parameters['TableName']}"
            return f"{table}/index/{parameters['IndexName']}" if "IndexName" in parameters else table
        case "s3":
            bucket = f"arn:aws:s3:::{parameters['Bucket']}"
            return f"{bucket}/{parameters['Key']}" if "Key" in parameters else bucket
        case "kms":
            key = parameters["KeyId"]
            return key if key.startswith("arn:") else f"arn:aws:kms:{where}:key/{key}"
        case "sqs":
            return f"arn:aws:sqs:{where}:{parameters['QueueUrl'].rpartition('/')[2]}"
    raise AssertionError(f"a function calls {service}: say here which resource that is about")
