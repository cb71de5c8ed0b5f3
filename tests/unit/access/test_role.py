"""The deploy role's policies: up to date, within AWS's sizes, exact in what they name, a reason for each action."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

import pytest

from lib.access import documents, generate, role
from lib.access.actions import of_operation
from lib.access.arns import of_stack
from lib.access.grants import Grants, read_calls
from lib.errors import ToolError
from lib.naming import Naming
from lib.settings import Settings
from tests.unit.conftest import ARGUMENTS, Template

pytestmark = pytest.mark.slow

READS = re.compile(r"[a-z0-9-]+:(Describe|GET|Get|List)\w*")
NAMING = Naming(ARGUMENTS["environment_suffix"], ARGUMENTS["state_bucket"])


def rendered(suffix: str) -> dict[str, dict[str, Any]]:
    environment = {"ENVIRONMENT_SUFFIX": suffix, "AWS_REGION": "eu-west-1", "TERRAFORM_STATE_BUCKET": "example-state"}
    return role.policies(role.parameters(Settings.from_environment(environment), "123456789012", "aws"))


def statements(suffix: str) -> Iterator[dict[str, Any]]:
    for policy in rendered(suffix).values():
        yield from policy["Statement"]


def test_the_file_is_what_the_calls_and_the_stack_make_of_it(template: Template) -> None:
    expected = generate.text(generate.role(template.json, NAMING))
    assert role.FILE.read_text() == expected, "run python -m lib.access.generate"


def test_each_policy_is_within_its_quota_for_the_longest_names() -> None:
    policies = json.loads(role.FILE.read_text())["policies"]
    assert len(policies) <= documents.MOST
    for policy in policies:
        assert documents.size(policy["Statement"], role.LONGEST) <= documents.LARGEST


def test_the_longest_parameters_are_as_long_as_any() -> None:
    longest = "s" * len(role.LONGEST["SUFFIX"])
    settings = Settings.from_environment({"ENVIRONMENT_SUFFIX": longest, "TERRAFORM_STATE_BUCKET": "b" * 63})
    found = role.parameters(settings, "1" * 12, "aws-us-gov")
    assert {name: len(value) for name, value in found.items() if name != "REGION"} == {
        name: len(value) for name, value in role.LONGEST.items() if name != "REGION"
    }
    with pytest.raises(ToolError):
        Settings.from_environment({"ENVIRONMENT_SUFFIX": f"{longest}s"})


def test_parameters_are_filled_in() -> None:
    text = json.dumps(rendered("qa7"))
    assert "arn:aws:dynamodb:eu-west-1:123456789012:table/dynamodb-transactions-qa7" in text
    assert f"arn:aws:s3:::{Naming('qa7', 'example-state').bucket('archive')}" in text
    assert "arn:aws:s3:::example-state/qa7/TapStackqa7.tfstate.tflock" in text
    assert "${" not in text


def test_what_changes_anything_names_one_environment_exactly() -> None:
    """`…-dev` would match `…-my-dev`: a pattern in a name serves reading only."""
    others = {arn for statement in statements("my-dev") for arn in statement["Resource"] if "*" not in arn}
    others = {arn for arn in others if arn.endswith("-my-dev")}
    assert len(others) > 25
    for statement in statements("dev"):
        if all(READS.fullmatch(action) for action in statement["Action"]):
            continue
        for resource in set(statement["Resource"]) - {"*"}:  # that is for actions that know no resource
            assert not [arn for arn in others if fnmatchcase(arn, resource)], resource


def test_what_has_no_name_is_identified_by_its_tag() -> None:
    """Writes to keys, APIs and mappings, of which a pattern names all in the region."""
    for statement in statements("dev"):
        wide = [arn for arn in statement["Resource"] if re.search(r"(key/|/apis/|mapping:|/tags/)\*$", arn)]
        writes = [action for action in statement["Action"] if not READS.fullmatch(action)]
        if wide and writes and not wide[0].endswith("/tags/*"):
            assert "Environment" in json.dumps(statement["Condition"]), statement


def test_no_action_is_a_pattern_and_each_has_its_reason() -> None:
    content = json.loads(role.FILE.read_text())
    granted = {
        action for policy in content["policies"] for statement in policy["Statement"] for action in statement["Action"]
    }
    assert granted == content["reasons"].keys()
    assert not [action for action in granted if "*" in action or "?" in action]
    assert all(len(reason) > 8 for reason in content["reasons"].values())


def test_every_call_is_granted_and_what_is_not_called_is_documented(template: Template) -> None:
    grants = Grants(of_stack(template.json, NAMING))
    called = {
        action for service, names in read_calls().items() for name in names for action in of_operation(service, name)
    }
    granted = {grant.action for grant in grants.all()}
    assert called <= granted
    assert granted - called == grants.documented, "an entry whose action is called is a [[target]], or superfluous"


def test_a_new_type_of_resource_must_be_covered() -> None:
    with pytest.raises(ToolError, match="aws_sfn_state_machine is new in the stack; add it to NAMED or UNNAMED"):
        of_stack({"resource": {"aws_sfn_state_machine": {"s": {"name": "sfn-x-dev"}}}}, NAMING)


def test_a_name_of_another_environment_is_refused() -> None:
    with pytest.raises(ToolError, match="does not end in '-dev'"):
        of_stack({"resource": {"aws_sqs_queue": {"q": {"name": "sqs-x-prod"}}}}, NAMING)


def test_an_operation_without_an_action_is_refused() -> None:
    with pytest.raises(ToolError, match="S3 GetBucketWhatever has no action s3:GetBucketWhatever"):
        of_operation("S3", "GetBucketWhatever")
    with pytest.raises(ToolError, match="'SFN' is new"):
        of_operation("SFN", "CreateStateMachine")
