"""NET-4: each way to open something to the internet or to others, and what is fine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lib.aspects.exposure import CLOSED_ONLY_IF_GIVEN, INSIDE_A_VPC, OPENS, OPENS_WHEN_TRUE, SHARES, WORDS
from lib.findings.finding import Finding

THING = "aws_vpc_endpoint_policy.a"
# What a resource lacks here that rules of other families ask for.
BESIDES = {"TAP-TAG-1", "TAP-NAME-1", "TAP-NAME-2", "TAP-ENC-9", "TAP-DEL-3", "TAP-DEL-5", "TAP-REG-1", "TAP-NET-6"}


@pytest.mark.parametrize("value", [True, "true", "${var.open}", 1])
@pytest.mark.parametrize("argument", sorted(OPENS_WHEN_TRUE))
def test_an_argument_that_opens(broken: Callable[..., set[str]], argument: str, value: Any) -> None:
    assert broken(THING, "", {"some": [{"block": {argument: value}}]}) - BESIDES == {"TAP-NET-4"}


@pytest.mark.parametrize("value", [False, "false", None, "DISABLED"])
@pytest.mark.parametrize("argument", sorted(OPENS_WHEN_TRUE))
def test_an_argument_that_opens_nothing(broken: Callable[..., set[str]], argument: str, value: Any) -> None:
    assert broken(THING, "", {"some": [{"block": {argument: value}}]}) - BESIDES == set()


@pytest.mark.parametrize("argument", sorted(WORDS))
def test_words(broken: Callable[..., set[str]], argument: str) -> None:
    for word in WORDS[argument]:
        assert broken(THING, "", {argument: word}) - BESIDES == set()
    for word in ("public-read", "Enabled", "allow", "PUBLIC_READ", "${var.word}", ""):
        assert broken(THING, "", {argument: word}) - BESIDES == {"TAP-NET-4"}


@pytest.mark.parametrize("type_", sorted(CLOSED_ONLY_IF_GIVEN))
def test_what_is_open_by_default_has_to_say_that_it_is_not(
    after: Callable[..., tuple[Finding, ...]], type_: str
) -> None:
    expected = CLOSED_ONLY_IF_GIVEN[type_]
    closed: dict[str, Any] = {}
    for path, value in expected.items():
        *way, last = path.split(".")
        at = closed
        for step in way:
            at = at.setdefault(step, {})
        at[last] = value
    assert [one for one in after(f"{type_}.a", "", closed) if one.rule_id == "TAP-NET-4"] == []
    messages = {one.message for one in after(f"{type_}.a", "", {}) if one.rule_id == "TAP-NET-4"}
    assert {message.partition(" ")[0] for message in messages} == set(expected)


@pytest.mark.parametrize(("type_", "block"), INSIDE_A_VPC.items())
def test_a_search_domain_stands_in_a_vpc(broken: Callable[..., set[str]], type_: str, block: str) -> None:
    assert "TAP-NET-4" in broken(f"{type_}.a", "", {})
    assert "TAP-NET-4" not in broken(f"{type_}.a", "", {block: {"subnet_ids": ["${aws_subnet.a.id}"]}})


@pytest.mark.parametrize("type_", [pattern.replace("*", "thing") for pattern in OPENS])
def test_a_type_that_opens_by_being_there(broken: Callable[..., set[str]], type_: str) -> None:
    assert "TAP-NET-4" in broken(f"{type_}.a", "", {})


@pytest.mark.parametrize("value", [["111122223333"], ["all"], "${var.who}", {"grantee": {"type": "Group"}}])
@pytest.mark.parametrize("argument", sorted(SHARES))
def test_an_argument_that_shares(broken: Callable[..., set[str]], argument: str, value: Any) -> None:
    assert broken(THING, "", {"some": {argument: value}}) - BESIDES == {"TAP-NET-4"}
    assert broken(THING, "", {"some": {argument: []}}) - BESIDES == set()


@pytest.mark.parametrize(
    ("target", "body"),
    [
        (THING, {"cors_configuration": [{"allow_origins": ["https://a.example", "*"]}]}),
        (THING, {"cors_rule": [{"allowed_origins": ["https://*.example"]}]}),
        (THING, {"cors": {"allow_origins": ["${var.origin}"]}}),
        (THING, {"cors": {"allow_origins": ["null"]}}),
        ("aws_ssm_document.a", {"permissions": {"type": "Share", "account_ids": "All"}}),
        ("aws_msk_cluster.a", {"connectivity_info": {"public_access": [{"type": "SERVICE_PROVIDED_EIPS"}]}}),
        ("aws_s3_access_point.a", {"public_access_block_configuration": {"block_public_policy": False}}),
        (THING, {"ingress": [{"cidr_blocks": ["0.0.0.0/0"]}]}),
    ],
)
def test_broken(broken: Callable[..., set[str]], target: str, body: dict[str, Any]) -> None:
    assert "TAP-NET-4" in broken(target, "", body)


@pytest.mark.parametrize(
    ("target", "body"),
    [
        (THING, {"cors": {"allow_origins": ["https://pay.example", "http://localhost:3000"]}}),
        (THING, {"permissions": {"type": "X"}}),
        ("aws_msk_cluster.a", {"connectivity_info": {"public_access": [{"type": "DISABLED"}]}}),
        ("aws_s3_access_point.a", {"public_access_block_configuration": {"block_public_policy": "true"}}),
        ("aws_s3_access_point.a", {}),
        ("aws_security_group_rule.a", {"type": "egress", "cidr_blocks": ["0.0.0.0/0"]}),
    ],
)
def test_harmless(broken: Callable[..., set[str]], target: str, body: dict[str, Any]) -> None:
    assert "TAP-NET-4" not in broken(target, "", body)
