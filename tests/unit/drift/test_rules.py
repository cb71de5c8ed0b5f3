"""Which rules a manual change violates: the first judge's findings in the deployed values, and in those alone."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from lib import drift
from lib.aspects.catalogue import RULES
from lib.aspects.types import all_types
from lib.drift.model import Change, Kind, Repair
from tests.unit.drift.conftest import ACCOUNT, Stack

pytestmark = pytest.mark.slow

ADDITIONS = Path(drift.__file__).parent / "additions"
TABLE = tomllib.loads((Path(drift.__file__).parent / "rules.toml").read_text())


def changed(stack: Stack, path: str, argument: str, before: Any, after: Any) -> Change:
    address = stack.address(path)
    return Change(Kind.CHANGED, address, "x", Repair.REPAIRS, argument=argument, before=before, after=after)


def added(stack: Stack, path: str, type_: str, **arguments: Any) -> Change:
    address = stack.address(path)
    return Change(Kind.ADDED, address, "x", Repair.LEAVES, added="x", added_type=type_, arguments=arguments)


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


@pytest.mark.parametrize(
    ("path", "argument", "before", "after", "rule"),
    [
        ("ledger/transactions", "point_in_time_recovery", [{"enabled": True}], [{"enabled": False}], "TAP-REC-1"),
        ("archiver/function", "tracing_config", [{"mode": "Active"}], [{"mode": "PassThrough"}], "TAP-RUN-3"),
        ("archiver/log_group", "retention_in_days", 365, 0, "TAP-RUN-5"),
        ("encryption/key", "enable_key_rotation", True, False, "TAP-ENC-7"),
        ("ledger/transactions", "deletion_protection_enabled", False, True, "TAP-DEL-1"),
    ],
)
def test_a_value_violates_its_rule(stack: Stack, path: str, argument: str, before: Any, after: Any, rule: str) -> None:
    evaluation = stack.evaluation
    assert evaluation.evaluate(changed(stack, path, argument, before, after)).rules == (rule,)
    assert evaluation.evaluate(changed(stack, path, argument, after, before)).rules == (), "the way back violates none"


def test_a_value_that_violates_nothing_has_no_rule(stack: Stack) -> None:
    assert stack.evaluation.evaluate(changed(stack, "archiver/function", "memory_size", 512, 1024)).rules == ()


def test_the_key_of_the_stack_is_known_by_its_arn(stack: Stack) -> None:
    key = stack.arn("encryption/key")
    other = key.replace(ACCOUNT, "111122223333")
    evaluation = stack.evaluation
    assert evaluation.evaluate(changed(stack, "alerting/topic", "kms_master_key_id", other, key)).rules == ()
    assert evaluation.evaluate(changed(stack, "alerting/topic", "kms_master_key_id", key, other)).rules == (
        "TAP-ENC-3",
    )


def test_a_policy_is_read_statement_by_statement(stack: Stack) -> None:
    kept = {"Sid": "Kept", "Effect": "Allow", "Action": "s3:PutObject", "Resource": stack.arn("archive/records/bucket")}
    evaluation = stack.evaluation

    def rules(*statements: dict[str, Any]) -> tuple[str, ...]:
        change = changed(stack, "archiver/policy", "policy", policy(kept), policy(kept, *statements))
        return evaluation.evaluate(change).rules

    assert rules() == ()
    assert "TAP-IAM-1" in rules({"Effect": "Allow", "Action": "s3:*", "Resource": stack.arn("archive/records/bucket")})
    assert "TAP-IAM-2" in rules({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"})
    assert "TAP-IAM-7" in rules(
        {"Effect": "Allow", "Action": "iam:PutRolePolicy", "Resource": stack.arn("archiver/role")}
    )


def test_a_deletion_violates_what_needs_the_resource(stack: Stack) -> None:
    def rules(path: str) -> tuple[str, ...]:
        return stack.evaluation.evaluate(Change(Kind.DELETED, stack.address(path), "x", Repair.REPAIRS)).rules

    assert rules("alerting/archiver-errors") == ("TAP-OBS-1",)
    assert rules("archive/records/public_access_block") == ("TAP-NET-1",)
    assert rules("archiver/stream") == ("TAP-RUN-6",), "of the table"
    assert rules("front_door/create_payment") == (), "a route that is gone lets nobody in"


def test_an_addition_is_judged_as_terraform_would_declare_it(stack: Stack) -> None:
    role = f"${{{stack.address('archiver/role')}.id}}"
    document = policy({"Effect": "Allow", "Action": "*", "Resource": "*"})
    inline = added(stack, "archiver/role", "aws_iam_role_policy", name="x", role=role, policy=document)
    assert set(stack.evaluation.evaluate(inline).rules) >= {"TAP-IAM-1", "TAP-IAM-2"}
    function = f"${{{stack.address('archiver/function')}.function_name}}"
    url = added(
        stack, "archiver/function", "aws_lambda_function_url", function_name=function, authorization_type="NONE"
    )
    assert "TAP-NET-2" in stack.evaluation.evaluate(url).rules


def test_the_findings_of_the_named_rules_come_with_them(stack: Stack) -> None:
    change = changed(stack, "ledger/transactions", "point_in_time_recovery", [{"enabled": True}], [{"enabled": False}])
    (finding,) = stack.evaluation.evaluate(change).findings
    assert str(finding).startswith("TAP-REC-1 HIGH [TapStackdev/ledger/transactions] point_in_time_recovery.enabled")


def test_a_resource_that_the_json_does_not_declare_has_no_rule(stack: Stack) -> None:
    change = Change(Kind.CHANGED, "aws_sqs_queue.gone", "x", Repair.LEAVES, argument="kms_master_key_id", after="x")
    assert stack.evaluation.evaluate(change).rules == ()


def test_the_table_names_rules_and_types_that_there_are() -> None:
    arguments = [argument for of_type in all_types().values() for argument in of_type.arguments.values()]
    known = (
        {rule.id for rule in RULES}
        | {argument.rule for argument in arguments}
        | {each.checked_by for each in arguments}
    )
    for section, entries in TABLE.items():
        assert set(entries.values()) <= known, section
    additions = {
        name for file in ADDITIONS.glob("*.py") for name in re.findall(r'"(aws_[a-z0-9_]+)"', file.read_text())
    }
    assert TABLE["added"].keys() <= additions
    types = {name.partition(".")[0] for section in ("deleted", "changed") for name in TABLE[section]}
    assert types <= all_types().keys()
    assert TABLE.keys() == {"added", "deleted", "changed"}
