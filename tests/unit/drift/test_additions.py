"""Additions that the emulator does not make: grants of AWS's own services, consumers of a stream, several pages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from lib.drift.additions import buckets, functions, keys, tables, topics
from lib.drift.refreshed import Managed, Refreshed

ACCOUNT = "123456789012"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/role-archiver-dev"
FUNCTION = f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:lambda-archiver-dev"
KEY = Managed("aws_kms_key.k", "aws_kms_key", {"key_id": "k", "id": "k"})
ARCHIVER = Managed(
    "aws_lambda_function.f",
    "aws_lambda_function",
    {"arn": FUNCTION, "role": ROLE, "function_name": "lambda-archiver-dev"},
)


class Service:
    """Answers operations from a table: name -> the pages of its answer."""

    def __init__(self, **answers: list[dict[str, Any]]) -> None:
        self.answers = answers

    def get_paginator(self, operation: str) -> Any:
        service = self

        class Paginator:
            def paginate(self, **_: Any) -> Iterator[dict[str, Any]]:
                yield from service.answers.get(operation, [])

        return Paginator()

    def __getattr__(self, operation: str) -> Any:
        def call(**arguments: Any) -> dict[str, Any]:
            pages = self.answers.get(operation, [{}])
            page = pages[int(arguments.get("ContinuationToken", 0))]
            if "error" in page:
                raise ClientError({"Error": {"Code": page["error"], "Message": ""}}, operation)
            return page

        return call


def grant(principal: str, **constraints: Any) -> dict[str, Any]:
    return {"GrantId": "g", "GranteePrincipal": principal, "Operations": ["Decrypt"], "Constraints": constraints}


@pytest.mark.parametrize(
    "made",
    [
        grant("dynamodb.eu-west-1.amazonaws.com"),
        grant(ROLE, EncryptionContextEquals={"aws:lambda:FunctionArn": FUNCTION}),
        grant(
            f"arn:aws:sts::{ACCOUNT}:assumed-role/role-archiver-dev/lambda-archiver-dev",
            EncryptionContextEquals={"aws:lambda:FunctionArn": FUNCTION},
        ),
    ],
)
def test_a_grant_that_a_service_made_for_the_stack_is_no_change(made: dict[str, Any]) -> None:
    service = Service(list_grants=[{"Grants": [made]}])
    assert list(keys.find(service, Refreshed((KEY, ARCHIVER)))) == []


@pytest.mark.parametrize(
    "made",
    [
        grant("arn:aws:iam::111122223333:root"),
        grant("arn:aws:iam::111122223333:role/x.amazonaws.com"),
        grant(ROLE),
        grant(ROLE.replace("archiver", "other"), EncryptionContextEquals={"aws:lambda:FunctionArn": FUNCTION}),
        grant(
            ROLE.replace("role/", "role/role-archiver-dev/"),
            EncryptionContextEquals={"aws:lambda:FunctionArn": FUNCTION},
        ),
        grant(ROLE, EncryptionContextEquals={"aws:lambda:FunctionArn": FUNCTION + "-2"}),
    ],
)
def test_a_grant_that_somebody_made_is_one(made: dict[str, Any]) -> None:
    service = Service(list_grants=[{"Grants": []}, {"Grants": [made]}])
    (change,) = keys.find(service, Refreshed((KEY, ARCHIVER)))
    assert change.remedy == "aws kms revoke-grant --key-id k --grant-id g"


def test_who_else_reads_the_tables_stream_is_found() -> None:
    table = Managed("aws_dynamodb_table.t", "aws_dynamodb_table", {"stream_arn": "arn:stream", "name": "t"})
    known = Managed("aws_lambda_event_source_mapping.m", "aws_lambda_event_source_mapping", {"uuid": "ours"})
    other = FUNCTION.replace("archiver", "stranger")
    mappings = [{"UUID": "ours", "FunctionArn": FUNCTION}, {"UUID": "theirs", "FunctionArn": other}]
    service = Service(list_event_source_mappings=[{"EventSourceMappings": mappings}])
    (change,) = functions.find(service, Refreshed((table, known)))
    assert (change.address, change.arguments["function_name"]) == ("aws_dynamodb_table.t", other)


def test_a_subscription_that_nobody_confirmed_is_ours_by_its_endpoint() -> None:
    topic = Managed("aws_sns_topic.t", "aws_sns_topic", {"arn": "arn:topic", "name": "t"})
    mail = {"topic_arn": "arn:topic", "arn": "arn:topic:1", "endpoint": "oncall@example.com"}
    ours = Managed("aws_sns_topic_subscription.s", "aws_sns_topic_subscription", mail)
    listed = [
        {"SubscriptionArn": "PendingConfirmation", "Protocol": "email", "Endpoint": "oncall@example.com"},
        {"SubscriptionArn": "PendingConfirmation", "Protocol": "email", "Endpoint": "stranger@example.com"},
    ]
    service = Service(list_subscriptions_by_topic=[{"Subscriptions": listed}])
    (change,) = topics.find(service, Refreshed((topic, ours)))
    assert "stranger@example.com" in change.added
    assert not change.remedy.startswith("aws"), "there is nothing yet that could be ended"


BUCKET = Managed("aws_s3_bucket.b", "aws_s3_bucket", {"bucket": "b", "id": "b"})
PRIVATE = {
    "Owner": {"ID": "o"},
    "Grants": [{"Grantee": {"ID": "o", "Type": "CanonicalUser"}, "Permission": "FULL_CONTROL"}],
}
NONE = {
    "get_bucket_acl": [PRIVATE],
    "get_bucket_cors": [{"error": "NoSuchCORSConfiguration"}],
    "get_bucket_website": [{"error": "NoSuchWebsiteConfiguration"}],
    "get_bucket_replication": [{"error": "ReplicationConfigurationNotFoundError"}],
}


def test_a_bucket_as_it_was_deployed_has_nothing_added() -> None:
    assert list(buckets.find(Service(**NONE), Refreshed((BUCKET,)))) == []


def test_copies_and_reports_of_a_bucket_are_found_on_every_page() -> None:
    copies = {"ReplicationConfiguration": {"Rules": [{"Destination": {"Bucket": "arn:aws:s3:::elsewhere"}}]}}
    report = {"Id": "r", "Destination": {"S3BucketDestination": {"Bucket": "arn:aws:s3:::elsewhere"}}}
    pages = [
        {"InventoryConfigurationList": [], "NextContinuationToken": "1"},
        {"InventoryConfigurationList": [report]},
    ]
    answers = {**NONE, "get_bucket_replication": [copies], "list_bucket_inventory_configurations": pages}
    found = list(buckets.find(Service(**answers), Refreshed((BUCKET,))))
    assert [change.added_type for change in found] == [
        "aws_s3_bucket_replication_configuration",
        "aws_s3_bucket_inventory",
    ]
    assert "arn:aws:s3:::elsewhere" in json.dumps([dict(change.arguments) for change in found])


def test_what_a_service_refuses_to_tell_is_no_silence() -> None:
    table = Managed("aws_dynamodb_table.t", "aws_dynamodb_table", {"arn": "arn:t", "name": "t"})
    service = Service(get_resource_policy=[{"error": "AccessDeniedException"}])
    with pytest.raises(ClientError, match="AccessDenied"):
        list(tables.find(service, Refreshed((table,))))
