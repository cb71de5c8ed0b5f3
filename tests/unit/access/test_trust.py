"""The trust policy of the workflows' roles: one repository, one environment, in both forms of the claim `sub`."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any

import pytest

from lib.access import __main__ as command
from lib.access import trust
from lib.errors import ToolError

ENVIRONMENT = {"REPOSITORY": "acme/payments", "ENVIRONMENT": "production", "ACCOUNT": "123456789012"}
SUB = f"{trust.ISSUER}:sub"


def condition(**more: str) -> dict[str, Any]:
    (statement,) = command.ci_trust({**ENVIRONMENT, **more})["Statement"]
    assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
    (operator,) = statement["Condition"]
    assert operator == "StringEquals"
    found: dict[str, Any] = statement["Condition"][operator]
    return found


def test_the_form_with_numbers() -> None:
    assert condition(IDS="12/34") == {
        "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
        SUB: "repo:acme@12/payments@34:environment:production",
    }


def test_the_form_by_names() -> None:
    assert condition()[SUB] == "repo:acme/payments:environment:production"


@pytest.mark.parametrize("ids", ["", "12/34"])
@pytest.mark.parametrize(
    "claim",
    [
        "repo:acme/payments:ref:refs/heads/main",
        "repo:acme/payments:pull_request",
        "repo:acme@12/payments@34:pull_request",
        "repo:acme@12/payments@35:environment:production",
        "repo:acme@99/payments@34:environment:production",
        "repo:acme/payments:environment:production-2",
        "repo:acme/payments:environment:preview",
        "repo:acme/payments-2:environment:production",
        "repo:mallory/payments:environment:production",
    ],
)
def test_no_other_job_is_trusted(ids: str, claim: str) -> None:
    assert claim != condition(IDS=ids)[SUB]
    assert not fnmatchcase(claim, condition(IDS=ids)[SUB])


def test_the_provider_is_of_the_account_and_partition() -> None:
    (statement,) = command.ci_trust({**ENVIRONMENT, "AWS_REGION": "us-gov-west-1"})["Statement"]
    assert statement["Principal"] == {
        "Federated": "arn:aws-us-gov:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"
    }


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"REPOSITORY": "acme"}, "REPOSITORY is 'acme'"),
        ({"REPOSITORY": "acme/*"}, "REPOSITORY is 'acme/*'"),
        ({"REPOSITORY": "acme/pay:ref"}, "REPOSITORY is 'acme/pay:ref'"),
        ({"ENVIRONMENT": "*"}, "ENVIRONMENT is '*'"),
        ({"ENVIRONMENT": ""}, "ENVIRONMENT is ''"),
        ({"IDS": "12"}, "IDS is '12'"),
        ({"IDS": "*/*"}, "IDS is '*/*'"),
        ({"ACCOUNT": "12"}, "ACCOUNT is '12'"),
    ],
)
def test_wrong_input_is_named(change: dict[str, str], said: str) -> None:
    with pytest.raises(ToolError) as error:
        command.ci_trust({**ENVIRONMENT, **change})
    assert said in str(error.value)
