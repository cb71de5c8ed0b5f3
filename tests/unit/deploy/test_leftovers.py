"""What counts as left over, and whose it is. That every service is really asked, a deployed stack shows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from lib.deploy.removal import leftovers
from lib.deploy.removal.leftovers import Whose


class Service:
    """Answers any listing from a table: operation -> the page."""

    def __init__(self, **pages: dict[str, Any]) -> None:
        self.pages = pages

    def get_paginator(self, operation: str) -> Service:
        found = Service(**self.pages)
        found.operation = operation  # type: ignore[attr-defined]
        return found

    def paginate(self, **_: Any) -> Iterator[dict[str, Any]]:
        yield self.pages.get(self.operation, {})  # type: ignore[attr-defined]

    def __getattr__(self, operation: str) -> Any:
        return lambda **given: self.pages.get(operation, {}).get(given.get("KeyId"), self.pages.get(operation, {}))


def find(services: dict[str, Service], ours: Whose) -> leftovers.Leftovers:
    empty = Service(list_buckets={"Buckets": []})
    return leftovers.find(lambda name: services.get(name, empty), ours)


def test_ours_ends_in_the_suffix_and_is_not_somebody_elses() -> None:
    ours = Whose("dev", kept=("state-dev",))
    assert ours("sqs-x-dev")
    assert ours("/aws/lambda/lambda-x-dev")
    assert not ours("sqs-x-qa-1")
    assert not ours("sqs-xdev")
    assert not ours("state-dev")
    assert Whose()("anything")


def test_every_service_of_the_stack_is_asked() -> None:
    result = find({}, Whose())
    assert set(result.asked) == {
        *("apigatewayv2", "cloudwatch", "dynamodb", "iam", "kms", "lambda", "logs", "s3", "sns", "sqs")
    }
    assert result.found == result.pending == []


def test_what_is_left_is_named_and_others_are_not() -> None:
    services = {
        "sqs": Service(list_queues={"QueueUrls": ["http://h/1/sqs-x-dev", "http://h/1/sqs-x-qa"]}),
        "s3": Service(list_buckets={"Buckets": [{"Name": "state-dev"}, {"Name": "s3-archive-1-dev"}]}),
        "lambda": Service(
            list_event_source_mappings={
                "EventSourceMappings": [{"UUID": "u", "FunctionArn": "arn:aws:lambda:r:1:function:lambda-a-dev:live"}]
            }
        ),
    }
    found = find(services, Whose("dev", kept=("state-dev",))).found
    assert sorted(found) == [
        "lambda event source mapping u of lambda-a-dev",
        "s3 bucket s3-archive-1-dev",
        "sqs queue http://h/1/sqs-x-dev",
    ]


def test_a_key_may_only_be_on_its_way_out() -> None:
    def key(identifier: str, state: str, **other: Any) -> dict[str, Any]:
        return {"KeyMetadata": {"KeyId": identifier, "KeyState": state, "KeyManager": "CUSTOMER", **other}}

    tags = {"Tags": [{"TagKey": "Environment", "TagValue": "dev"}, {"TagKey": "ManagedBy", "TagValue": "cdktf"}]}
    kms = Service(
        list_keys={"Keys": [{"KeyId": name} for name in ("gone", "there", "theirs", "aws")]},
        describe_key={
            "gone": key("gone", "PendingDeletion", DeletionDate=datetime(2026, 12, 1, tzinfo=UTC)),
            "there": key("there", "Enabled"),
            "theirs": key("theirs", "Enabled"),
            "aws": key("aws", "Enabled", KeyManager="AWS"),
        },
        list_resource_tags={"gone": tags, "there": tags, "theirs": {"Tags": []}},
        list_aliases={"Aliases": [{"AliasName": "alias/aws/s3"}, {"AliasName": "alias/kms-x-dev"}]},
    )
    result = find({"kms": kms}, Whose("dev"))
    assert result.pending == ["kms key gone, deleted on 2026-12-01"]
    assert result.found == ["kms alias alias/kms-x-dev", "kms key there (Enabled)"]
