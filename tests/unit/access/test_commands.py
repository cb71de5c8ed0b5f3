"""`python -m lib.access`: what it prints and writes, and what it says of wrong input."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lib.access import __main__ as command
from lib.errors import ToolError

ENVIRONMENT = {
    "SUFFIX": "qa7",
    "TERRAFORM_STATE_BUCKET": "my-state",
    "AWS_REGION": "eu-west-1",
    "ACCOUNT": "123456789012",
}


def test_the_suffix_in_the_command_wins() -> None:
    policies = command.deploy_role({**ENVIRONMENT, "ENVIRONMENT_SUFFIX": "dev"})
    assert next(iter(policies)) == "payments-deploy-qa7-part1"
    assert "-dev" not in json.dumps(policies)


@pytest.mark.parametrize(
    ("region", "partition"), [("eu-west-1", "aws"), ("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")]
)
def test_the_partition_is_the_region_s(region: str, partition: str) -> None:
    assert f"arn:{partition}:dynamodb:{region}:" in json.dumps(
        command.deploy_role({**ENVIRONMENT, "AWS_REGION": region})
    )


def test_it_prints_one_json_object() -> None:
    printed = json.loads(command.show(command.deploy_role(ENVIRONMENT), ""))
    assert {policy["Version"] for policy in printed.values()} == {"2012-10-17"}


def test_it_writes_a_file_for_each_policy(tmp_path: Path) -> None:
    policies = command.deploy_role(ENVIRONMENT)
    files = [Path(line) for line in command.show(policies, str(tmp_path / "role")).splitlines()]
    assert {file.stem: json.loads(file.read_text()) for file in files} == policies


def test_a_folder_with_another_roles_policies_is_refused(tmp_path: Path) -> None:
    """Its files would be attached to this role too."""
    plan = command.deploy_role({**ENVIRONMENT, "ROLE": "plan"})
    command.show(command.deploy_role(ENVIRONMENT), str(tmp_path))
    before = sorted(tmp_path.iterdir())
    with pytest.raises(ToolError, match=r"contains payments-deploy-qa7-part1\.json, .* a folder of its own"):
        command.show(plan, str(tmp_path))
    assert sorted(tmp_path.iterdir()) == before

    command.show(command.deploy_role(ENVIRONMENT), str(tmp_path))  # the same role again
    command.show(plan, str(tmp_path / "plan"))
    assert {file.stem for file in (tmp_path / "plan").iterdir()} == set(plan)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"ACCOUNT": "12345"}, "ACCOUNT is '12345', but an account has twelve digits"),
        ({"SUFFIX": "Qa7"}, "ENVIRONMENT_SUFFIX is 'Qa7'"),
        ({"TERRAFORM_STATE_BUCKET": ""}, "TERRAFORM_STATE_BUCKET"),
    ],
)
def test_wrong_input_is_named(change: dict[str, str], said: str) -> None:
    with pytest.raises(ToolError) as error:
        command.deploy_role({**ENVIRONMENT, **change})
    assert said in str(error.value)


def test_a_directory_that_takes_no_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ToolError, match="cannot be written"):
        command.show({"p": {}}, str(tmp_path / "file"))
