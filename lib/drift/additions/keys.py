"""Grants and aliases of a key beyond the declared ones."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from lib.drift.additions.addition import addition, command
from lib.drift.model import Change
from lib.drift.refreshed import Managed, Refreshed
from lib.targets.pages import pages

FUNCTION_CONTEXT = "aws:lambda:FunctionArn"


def find(client: Any, state: Refreshed) -> Iterator[Change]:
    """Yield the additions of every key."""
    for key in state.of("aws_kms_key"):
        yield from _grants(client, state, key)
        yield from _aliases(client, state, key)


def _grants(client: Any, state: Refreshed, key: Managed) -> Iterator[Change]:
    declared = {grant["grant_id"] for grant in state.of("aws_kms_grant")}
    for grant in pages(client, "list_grants", "Grants", KeyId=key["key_id"]):
        if grant["GrantId"] in declared or _is_of_aws(grant, state):
            continue
        operations = sorted(grant["Operations"])
        yield addition(
            key,
            f"the grant of {', '.join(operations)} to {grant['GranteePrincipal']}",
            "aws_kms_grant",
            {
                "key_id": key.reference("key_id"),
                "grantee_principal": grant["GranteePrincipal"],
                "operations": operations,
            },
            command("kms", "revoke-grant", "--key-id", key["key_id"], "--grant-id", grant["GrantId"]),
        )


def _is_of_aws(grant: Mapping[str, Any], state: Refreshed) -> bool:
    """Return whether a service created the grant for the stack: DynamoDB for a table, Lambda for an environment.

    docs.aws.amazon.com/kms/latest/developerguide/services-dynamodb.html
    docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html
    """
    grantee = grant["GranteePrincipal"]
    if re.fullmatch(r"[a-z0-9.-]+\.amazonaws\.com(\.cn)?", grantee):
        return True
    context = grant.get("Constraints", {}).get("EncryptionContextEquals", {})
    for function in state.having("aws_lambda_function", "arn", context.get(FUNCTION_CONTEXT)):
        role: str = function["role"]
        sessions = rf"arn:[\w-]+:sts::\d+:assumed-role/{re.escape(role.rpartition('/')[2])}/.+"
        return grantee == role or re.fullmatch(sessions, grantee) is not None
    return False


def _aliases(client: Any, state: Refreshed, key: Managed) -> Iterator[Change]:
    declared = {alias["name"] for alias in state.of("aws_kms_alias")}
    for alias in pages(client, "list_aliases", "Aliases", KeyId=key["key_id"]):
        name = alias["AliasName"]
        if name not in declared:
            yield addition(
                key,
                f"the alias {name}",
                "aws_kms_alias",
                {"name": name, "target_key_id": key.reference("key_id")},
                command("kms", "delete-alias", "--alias-name", name),
            )
