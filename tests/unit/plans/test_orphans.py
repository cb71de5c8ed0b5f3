"""What an interrupted deploy left behind: found by name and tags, unless the state knows it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import pytest

from lib.plans.orphans import Search
from tests.unit.targets.service import Service, refuse

TAGS = {"Environment": "dev", "ManagedBy": "cdktf"}
PAIRS = [{"Key": name, "Value": value} for name, value in TAGS.items()]
BUCKET = "s3-archive-1-dev"


def search(known: Collection[tuple[str, str]] = (), **services: Service) -> Search:
    return Search(lambda name: services[name], TAGS, known)


S3 = Service(list_buckets={"Buckets": [{"Name": BUCKET}]}, get_bucket_tagging={"TagSet": PAIRS})


def test_what_the_state_knows_is_not_taken_over() -> None:
    assert search(s3=S3).find("aws_s3_bucket", {"bucket": BUCKET}) == BUCKET
    assert search([("aws_s3_bucket", BUCKET)], s3=S3).find("aws_s3_bucket", {"bucket": BUCKET}) == ""


def test_another_type_with_the_same_id_does_not_hide_it() -> None:
    """A bucket's versioning has the bucket's name for an id."""
    known = [("aws_s3_bucket_versioning", BUCKET), ("aws_s3_bucket_policy", BUCKET)]
    assert search(known, s3=S3).find("aws_s3_bucket", {"bucket": BUCKET}) == BUCKET


def key_service(**other: Any) -> Service:
    def describe(KeyId: str) -> dict[str, Any]:  # noqa: N803 - as boto3 calls it
        return {"KeyMetadata": {"KeyId": KeyId, "KeyState": "Enabled", "Description": "Payments of dev"}}

    tags = [{"TagKey": name, "TagValue": value} for name, value in TAGS.items()]
    listed = {"Keys": [{"KeyId": "first"}, {"KeyId": "second"}]}
    return Service(**{"list_keys": listed, "describe_key": describe, "list_resource_tags": {"Tags": tags}, **other})


def test_a_key_is_told_by_description_and_tags() -> None:
    values = {"description": "Payments of dev"}
    assert search(kms=key_service()).find("aws_kms_key", values) == "first"
    assert search([("aws_kms_key", "first")], kms=key_service()).find("aws_kms_key", values) == "second"
    assert search(kms=key_service()).find("aws_kms_key", {"description": "another"}) == ""


def test_keys_that_admit_others_only_do_not_stop_a_deploy() -> None:
    refused = key_service(describe_key=refuse("AccessDeniedException"))
    assert search(kms=refused).find("aws_kms_key", {"description": "Payments of dev"}) == ""


def test_a_secret_is_found_in_a_list_as_the_role_may_describe_no_other() -> None:
    listed = [
        {"Name": "secret-gateway-dev-2", "ARN": "arn:2", "Tags": PAIRS},
        {"Name": "secret-gateway-dev", "ARN": "arn:1", "Tags": PAIRS},
    ]
    service = Service(list_secrets={"SecretList": listed}, describe_secret=refuse("AccessDeniedException"))
    values = {"name": "secret-gateway-dev"}
    assert search(secretsmanager=service).find("aws_secretsmanager_secret", values) == "arn:1"
    nothing = Service(list_secrets={"SecretList": []}, describe_secret=refuse("AccessDeniedException"))
    assert search(secretsmanager=nothing).find("aws_secretsmanager_secret", values) == ""


@pytest.mark.parametrize("type_", ["aws_cloudwatch_metric_alarm", "aws_sns_topic_policy"])
def test_what_aws_creates_and_overwrites_alike_is_not_looked_for(type_: str) -> None:
    assert search().find(type_, {}) == ""
