"""What the emulator asks a policy for, put right: plain functions; that they work is the role's test to show."""

from __future__ import annotations

import json
from collections.abc import Mapping
from fnmatch import fnmatch
from types import SimpleNamespace
from typing import Any

import pytest

from lib.targets.emulator_process.authorization import with_request_keys, with_resources, with_tags
from lib.targets.emulator_process.fixes import show_tags


@pytest.mark.parametrize(
    ("service", "path", "params", "body", "expected"),
    [
        (
            "monitoring",
            "/",
            {"Action": ["DeleteAlarms"], "AlarmNames.member.1": ["alarm-x"]},
            {},
            "cloudwatch:eu-west-1:1:alarm:alarm-x",
        ),
        ("monitoring", "/", {}, {"AlarmNames": ["a", "b"]}, "cloudwatch:eu-west-1:1:alarm:a"),
        ("monitoring", "/", {"Action": ["PutDashboard"], "DashboardName": ["d"]}, {}, "cloudwatch::1:dashboard/d"),
        ("kms", "/", {}, {"AliasName": "alias/kms-x", "TargetKeyId": "k"}, "kms:eu-west-1:1:alias/kms-x"),
        ("dynamodb", "/", {}, {"ResourceArn": "arn:aws:dynamodb:eu-west-1:1:table/t"}, "dynamodb:eu-west-1:1:table/t"),
        ("lambda", "/2015-03-31/functions", {}, {"FunctionName": "f"}, "lambda:eu-west-1:1:function:f"),
    ],
)
def test_what_a_request_names_is_its_resource(
    service: str, path: str, params: dict[str, Any], body: dict[str, Any], expected: str
) -> None:
    extract = with_resources(lambda *_: "*")
    assert (
        extract(service, "POST", path, {}, json.dumps(body).encode(), params, "eu-west-1", "1") == f"arn:aws:{expected}"
    )


@pytest.mark.parametrize(
    ("service", "path", "params", "body"),
    [
        ("monitoring", "/", {"Action": ["DescribeAlarms"], "AlarmNames.member.1": ["alarm-x"]}, {}),
        ("lambda", "/2015-03-31/event-source-mappings/", {}, {"FunctionName": "f"}),
        ("sqs", "/", {}, {"QueueName": "q"}),
        ("kms", "/", {}, {}),
    ],
)
def test_what_knows_no_resource_has_none(service: str, path: str, params: dict[str, Any], body: dict[str, Any]) -> None:
    extract = with_resources(lambda *_: "*")
    assert extract(service, "POST", path, {}, json.dumps(body).encode(), params, "eu-west-1", "1") == "*"


def test_the_operation_of_a_json_request_is_in_a_header() -> None:
    extract = with_resources(lambda *_: "*")
    target = {"x-amz-target": "GraniteServiceVersion20100801.DescribeAlarms"}
    assert extract("monitoring", "POST", "/", target, b'{"AlarmNames": ["a"]}', {}, "eu-west-1", "1") == "*"


def test_a_resource_that_was_found_stays_and_a_key_is_no_alias() -> None:
    found = "arn:aws:sqs:eu-west-1:1:q"
    assert with_resources(lambda *_: found)("sqs", "POST", "/", {}, b"", {}, "eu-west-1", "1") == found
    alias = "arn:aws:kms:eu-west-1:1:alias/aws/dynamodb"
    asked = with_resources(lambda *_: alias)("kms", "POST", "/", {}, b"", {}, "eu-west-1", "1")
    assert asked == "arn:aws:kms:eu-west-1:1:key/aws/dynamodb"


def test_a_secret_is_created_under_the_arn_that_it_will_have() -> None:
    named = "arn:aws:secretsmanager:eu-west-1:1:secret:secret-a-dev"
    extract = with_resources(lambda *_: named)
    created = extract("secretsmanager", "POST", "/", {}, b'{"Name": "secret-a-dev"}', {}, "eu-west-1", "1")
    assert fnmatch(created, f"{named}-??????")
    described = extract("secretsmanager", "POST", "/", {}, b'{"SecretId": "secret-a-dev"}', {}, "eu-west-1", "1")
    assert described == named
    standing = f"{named}-1x2y3z"
    extract = with_resources(lambda *_: standing)
    assert extract("secretsmanager", "POST", "/", {}, b'{"Name": "secret-a-dev"}', {}, "eu-west-1", "1") == standing


def test_a_request_says_its_function_and_its_tags() -> None:
    context = with_request_keys(lambda *_: {"aws:TagKeys": None})
    mapping = context("lambda", "lambda:CreateEventSourceMapping", b'{"FunctionName": "arn:f"}', {})
    assert mapping["lambda:FunctionArn"] == "arn:f"
    assert context("apigateway", "apigateway:POST", b'{"tags": {"Environment": "dev"}}', {}) == {
        "aws:TagKeys": None,
        "aws:RequestTag/Environment": "dev",
    }
    assert context("sqs", "sqs:SendMessage", b"not JSON", {}) == {"aws:TagKeys": None}


def test_a_route_has_its_api_s_tags_and_a_mapping_its_own() -> None:
    api = "arn:aws:apigateway:eu-west-1::/apis/a1"

    def tags(arn: str) -> Mapping[str, str] | None:
        return {"of": arn}

    of = with_tags(lambda _: None, tags, tags)
    assert of(f"{api}/routes/r1") == of(api) == {"of": api}
    assert of("arn:aws:lambda:eu-west-1:1:event-source-mapping:u1") == {"of": "u1"}
    assert of("arn:aws:sqs:eu-west-1:1:q") is None


def test_an_api_shows_the_tags_that_it_has() -> None:
    api, stage = {"tags": {"A": "1"}}, {"tags": {"A": "1"}}
    store: dict[str, dict[str, str]] = {}
    module: Any = SimpleNamespace(
        _apis={"a1": api},
        _stages={"a1": {"$default": stage}},
        _api_tags=store,
        _validate_tag_resource_arn=lambda arn: (arn, None),
    )

    def tag(arn: str, tags: dict[str, str]) -> str:
        store[arn] = tags
        return "answer"

    change = show_tags(module, tag)
    arn = "arn:aws:apigateway:eu-west-1::/apis/a1"
    assert change(arn, {"B": "2"}) == "answer"
    assert change(f"{arn}/stages/$default", {"C": "3"}) == "answer"
    assert api["tags"] == {"B": "2"}
    assert stage["tags"] == {"C": "3"}
