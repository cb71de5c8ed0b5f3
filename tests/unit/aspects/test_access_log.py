"""The format of an API's access log."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lib.aspects.access_log import REQUIRED, check

GOOD = {f"field{number}": variable for number, variable in enumerate(REQUIRED)}


def findings(**fields: Any) -> list[str]:
    return list(check(json.dumps({**GOOD, **fields})))


def test_the_required_variables_are_enough() -> None:
    assert findings() == []
    assert findings(caller="$context.identity.userArn", failed="$context.integrationErrorMessage") == []


@pytest.mark.parametrize(
    "value",
    [
        "$context.authorizer.claims.email",
        "$context.identity.clientCert.clientCertPem",
        "$request.body",
        "text",
        "",
        3,
        {},
    ],
)
def test_other_values_are_findings(value: Any) -> None:
    (found,) = findings(more=value)
    assert "access_log_settings.format.more" in found


@pytest.mark.parametrize("missing", REQUIRED)
def test_a_request_can_be_traced(missing: str) -> None:
    fields = {name: value for name, value in GOOD.items() if value != missing}
    (found,) = check(json.dumps(fields))
    assert missing in found


@pytest.mark.parametrize("format_", [None, "$context.requestId $context.status", "[]", '{"a": "b", "a": "c"}'])
def test_it_is_one_json_object(format_: Any) -> None:
    (found,) = check(format_)
    assert "expected an object as JSON" in found
