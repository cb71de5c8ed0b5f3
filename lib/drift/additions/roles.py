"""Policies of a role beyond the declared ones."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from lib.drift.additions.addition import addition, command
from lib.drift.model import Change
from lib.drift.refreshed import Managed, Refreshed
from lib.targets.pages import pages


def find(client: Any, state: Refreshed) -> Iterator[Change]:
    """Of every role."""
    for role in state.of("aws_iam_role"):
        yield from _inline(client, state, role)
        yield from _attached(client, state, role)


def _inline(client: Any, state: Refreshed, role: Managed) -> Iterator[Change]:
    declared = {policy["name"] for policy in state.having("aws_iam_role_policy", "role", role.name)}
    for name in pages(client, "list_role_policies", "PolicyNames", RoleName=role.name):
        if name not in declared:
            policy = client.get_role_policy(RoleName=role.name, PolicyName=name)["PolicyDocument"]
            yield addition(
                role,
                f"the inline policy {name}",
                "aws_iam_role_policy",
                {"name": name, "role": role.reference("id"), "policy": json.dumps(policy)},
                command("iam", "delete-role-policy", "--role-name", role.name, "--policy-name", name),
            )


def _attached(client: Any, state: Refreshed, role: Managed) -> Iterator[Change]:
    declared = {item["policy_arn"] for item in state.having("aws_iam_role_policy_attachment", "role", role.name)}
    for policy in pages(client, "list_attached_role_policies", "AttachedPolicies", RoleName=role.name):
        arn = policy["PolicyArn"]
        if arn not in declared:
            yield addition(
                role,
                f"the attached policy {arn}",
                "aws_iam_role_policy_attachment",
                {"role": role.reference("id"), "policy_arn": arn},
                command("iam", "detach-role-policy", "--role-name", role.name, "--policy-arn", arn),
            )
