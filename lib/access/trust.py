"""The trust policy of a role for GitHub's workflows: one repository and one environment, whoever started the run.

GitHub signs a token for a job; AWS compares its claims with this policy. A job that names an environment has it in
`sub`: docs.github.com/actions/reference/security/oidc
The claim has two forms. Repositories made, renamed or transferred since 15 July 2026 carry the numbers of owner and
repository, which are never used again; older ones carry names alone, until they opt in:
github.blog/changelog/2026-04-23-immutable-subject-claims-for-github-actions-oidc-tokens
"""

from __future__ import annotations

import re
from typing import Any

from lib.errors import ToolError

ISSUER = "token.actions.githubusercontent.com"
AUDIENCE = "sts.amazonaws.com"


def policy(
    repository: str, environment: str, account: str, partition: str = "aws", ids: tuple[str, str] | None = None
) -> dict[str, Any]:
    """The trust policy. `ids`: the numbers of owner and repository, for the form of `sub` since July 2026.

    Without `ids` it admits the form by names alone: a repository that was made since then is refused. Raises ToolError.
    """
    _check(repository, environment)
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Federated": f"arn:{partition}:iam::{account}:oidc-provider/{ISSUER}"},
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Condition": {
                    "StringEquals": {
                        f"{ISSUER}:aud": AUDIENCE,
                        f"{ISSUER}:sub": subject(repository, environment, ids),
                    }
                },
            }
        ],
    }


def subject(repository: str, environment: str, ids: tuple[str, str] | None = None) -> str:
    """`repo:acme/payments:environment:production`, or with ids `repo:acme@12/payments@34:environment:production`."""
    owner, _, name = repository.partition("/")
    place = f"{owner}@{ids[0]}/{name}@{ids[1]}" if ids else repository
    return f"repo:{place}:environment:{environment}"


def read_ids(text: str) -> tuple[str, str] | None:
    """`12/34`: the numbers of owner and repository. Raises ToolError."""
    if not text:
        return None
    match = re.fullmatch(r"(\d+)/(\d+)", text, re.ASCII)
    if not match:
        raise ToolError(
            f"IDS is {text!r}, but it is OWNER_ID/REPOSITORY_ID; "
            "gh api repos/OWNER/NAME --jq '\"\\(.owner.id)/\\(.id)\"' prints it"
        )
    return match[1], match[2]


def _check(repository: str, environment: str) -> None:
    """No pattern and no colon: StringEquals takes them literally, and a colon would end the part of the claim."""
    if not re.fullmatch(r"[A-Za-z0-9-]+/[A-Za-z0-9._-]+", repository, re.ASCII):
        raise ToolError(f"REPOSITORY is {repository!r}, but it is OWNER/NAME; set it, like REPOSITORY=acme/payments")
    if not re.fullmatch(r"[A-Za-z0-9._-]+", environment, re.ASCII):
        raise ToolError(
            f"ENVIRONMENT is {environment!r}, but it is the name of a GitHub environment, of letters, digits, dots, "
            "hyphens and underscores; set it, like ENVIRONMENT=production"
        )
