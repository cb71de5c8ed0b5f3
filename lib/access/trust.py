"""The trust policy of a role for GitHub workflows. The role trusts jobs of one repository in one GitHub environment.

GitHub signs a token for each job. AWS compares the token's claims with this policy. If a job names an environment,
`sub` contains it: docs.github.com/actions/reference/security/oidc
`sub` has two forms. For repositories created, renamed or transferred since 15 July 2026 it contains the numeric ids of
owner and repository, which are never reused. For older repositories it contains only names, until their owners opt in:
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
    """Return the trust policy. `ids`: numeric ids of owner and repository, for the form of `sub` since July 2026.

    Without `ids`, the policy accepts only the older form of `sub`, so it does not trust newer repositories. Raises
    ToolError for a malformed repository or environment.
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
    """Return e.g. `repo:acme/payments:environment:production`; with ids `repo:acme@12/payments@34:environment:…`."""
    owner, _, name = repository.partition("/")
    place = f"{owner}@{ids[0]}/{name}@{ids[1]}" if ids else repository
    return f"repo:{place}:environment:{environment}"


def read_ids(text: str) -> tuple[str, str] | None:
    """Parse `12/34`, the ids of owner and repository. Raises ToolError."""
    if not text:
        return None
    match = re.fullmatch(r"(\d+)/(\d+)", text, re.ASCII)
    if not match:
        raise ToolError(
            f"IDS is {text!r}; it must be OWNER_ID/REPOSITORY_ID, as printed by "
            "gh api repos/OWNER/NAME --jq '\"\\(.owner.id)/\\(.id)\"'"
        )
    return match[1], match[2]


def _check(repository: str, environment: str) -> None:
    """Refuse wildcards, which StringEquals takes literally, and colons, which separate the parts of the claim."""
    if not re.fullmatch(r"[A-Za-z0-9-]+/[A-Za-z0-9._-]+", repository, re.ASCII):
        raise ToolError(f"REPOSITORY is {repository!r}; it must be OWNER/NAME, like REPOSITORY=acme/payments")
    if not re.fullmatch(r"[A-Za-z0-9._-]+", environment, re.ASCII):
        raise ToolError(
            f"ENVIRONMENT is {environment!r}; it must be the name of a GitHub environment (letters, digits, dots, "
            "hyphens, underscores), like ENVIRONMENT=production"
        )
