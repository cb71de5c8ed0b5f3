"""IAM-7: nothing grants access without a policy, and nothing acts under a role of somebody else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lib.aspects.iam.grants import NO_ROLES, TYPES
from lib.aspects.provider.data import FACTS, matches
from lib.findings.finding import Finding

from .samples import ROLE

FOREIGN_ROLE = "arn:aws:iam::111122223333:role/admin"


@pytest.fixture
def added(stack: dict[str, Any], findings: Callable[[], tuple[Finding, ...]]) -> Callable[..., set[str]]:
    """The ids of the rules that are broken once the stack has one more resource."""

    stack["data"]["aws_iam_role"] = {"admin": {"name": "admin"}}

    def added(type_: str, **attributes: Any) -> set[str]:
        stack["resource"].setdefault(type_, {})["added"] = attributes
        return {finding.rule_id for finding in findings()}

    return added


@pytest.mark.parametrize(
    "type_",
    [
        "aws_kms_grant",
        "aws_lambda_layer_version_permission",
        "aws_cloudwatch_event_permission",
        "aws_ram_resource_share",
        "aws_ssoadmin_account_assignment",
        "aws_iam_user",
        "aws_iam_user_login_profile",
        "aws_iam_user_group_membership",
        "aws_iam_access_key",
        "aws_iam_group_membership",
        "aws_iam_policy_attachment",
        "aws_iam_openid_connect_provider",
        "aws_rolesanywhere_profile",
        "aws_s3control_access_grant",
        "aws_lakeformation_permissions",
        "aws_quicksight_user",
        "aws_eks_access_entry",
        "aws_guardduty_organization_admin_account",
    ],
)
def test_a_type_that_grants(added: Callable[..., set[str]], type_: str) -> None:
    assert added(type_) == {"TAP-IAM-7"}


@pytest.mark.parametrize("type_", ["aws_iam_role", "aws_iam_instance_profile", "aws_iam_policy", "aws_sqs_queue"])
def test_a_type_that_grants_nothing(type_: str) -> None:
    assert not any(matches(types, type_) for types in TYPES.values())


@pytest.mark.parametrize("pattern", [pattern for patterns in TYPES.values() for pattern in patterns])
def test_a_type_of_the_table_is_one_of_the_provider(pattern: str) -> None:
    assert any(matches((pattern,), type_) for type_ in FACTS)


@pytest.mark.parametrize("pattern", NO_ROLES)
def test_an_exception_from_roles_is_about_a_type_of_the_provider(pattern: str) -> None:
    assert any(matches((pattern.split(".")[0],), type_) for type_ in FACTS)


@pytest.mark.parametrize(("value", "found"), [(True, {"TAP-IAM-7"}), ("${var.shell}", {"TAP-IAM-7"}), (False, set())])
def test_a_shell_into_a_container(added: Callable[..., set[str]], value: Any, found: set[str]) -> None:
    assert added("aws_ecs_service", enable_execute_command=value) == found


@pytest.mark.parametrize(
    ("type_", "attributes"),
    [
        ("aws_lambda_function", {"role": FOREIGN_ROLE}),
        ("aws_lambda_function", {"role": "${data.aws_iam_role.admin.arn}"}),
        ("aws_lambda_function", {"role": "${aws_iam_role.nowhere.arn}"}),
        ("aws_lambda_function", {"role": "${var.role}"}),
        ("aws_lambda_function", {"role": "${aws_iam_role.payer.description}"}),
        ("aws_lambda_function", {"role": "${aws_sqs_queue.letters.arn}"}),
        ("aws_ecs_task_definition", {"task_role_arn": FOREIGN_ROLE}),
        ("aws_ecs_task_definition", {"execution_role_arn": FOREIGN_ROLE}),
        ("aws_rds_cluster", {"iam_roles": [ROLE, FOREIGN_ROLE]}),
        ("aws_instance", {"iam_instance_profile": "admin"}),
        ("aws_iam_role_policy", {"role": "admin"}),
        ("aws_iam_role_policy_attachment", {"role": "admin"}),
        ("aws_s3_bucket_replication_configuration", {"role": FOREIGN_ROLE}),
        ("aws_cloudwatch_event_target", {"ecs_target": {"role_arn": FOREIGN_ROLE}}),
        ("aws_auditmanager_assessment", {"roles": [{"role_arn": FOREIGN_ROLE}]}),
        ("aws_apigatewayv2_integration", {"credentials_arn": FOREIGN_ROLE}),
        ("aws_api_gateway_integration", {"credentials": "arn:aws:iam::*:user/*"}),
    ],
)
def test_a_role_of_somebody_else(added: Callable[..., set[str]], type_: str, attributes: dict[str, Any]) -> None:
    assert added(type_, **attributes) == {"TAP-IAM-7"}


@pytest.mark.parametrize(
    ("type_", "attributes"),
    [
        ("aws_lambda_function", {"role": ROLE}),
        ("aws_rds_cluster", {"iam_roles": [ROLE]}),
        ("aws_iam_role_policy", {"role": "${aws_iam_role.payer.id}"}),
        ("aws_iam_role_policy_attachment", {"role": "${aws_iam_role.payer.name}"}),
        ("aws_ecs_task_definition", {"task_role_arn": None}),
        ("aws_auditmanager_assessment", {"roles": [{"role_arn": ROLE}]}),
        ("aws_db_proxy_endpoint", {"target_role": "READ_ONLY"}),
        ("aws_mq_broker", {"ldap_server_metadata": {"role_name": "cn"}}),
        ("aws_lakeformation_nothing", {"use_service_linked_role": True}),
    ],
)
def test_a_role_of_this_stack_and_what_is_no_role(
    added: Callable[..., set[str]], findings: Callable[[], tuple[Finding, ...]], type_: str, attributes: dict[str, Any]
) -> None:
    added(type_, **attributes)
    assert not [finding for finding in findings() if "role of this stack" in finding.message]
