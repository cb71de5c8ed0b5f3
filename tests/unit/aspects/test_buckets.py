"""ENC-2, ENC-8, REC-2, NET-1: one configuration of each kind for each bucket, by reference, and what it says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lib.aspects.judge import judge
from lib.findings.finding import Finding

from .conftest import FAMILIES

BUCKET = "aws_s3_bucket"
ENCRYPTION = f"{BUCKET}_server_side_encryption_configuration"
RECORDS, DEFAULT = f"{ENCRYPTION}.records", "rule.0.apply_server_side_encryption_by_default"
POLICY, DOCUMENT = f"{BUCKET}_policy.records", "data.aws_iam_policy_document.records"
VERSIONING, LIFECYCLE = f"{BUCKET}_versioning.records", f"{BUCKET}_lifecycle_configuration.records"
BLOCK = f"{BUCKET}_public_access_block.records"
STATEMENT = "statement.0"
# Kind -> its rule.
KINDS = {
    ENCRYPTION: "TAP-ENC-2",
    f"{BUCKET}_policy": "TAP-ENC-8",
    f"{BUCKET}_versioning": "TAP-REC-2",
    f"{BUCKET}_public_access_block": "TAP-NET-1",
}


@pytest.mark.parametrize(("kind", "rule"), KINDS.items())
def test_each_bucket_has_one_of_each_kind(after: Callable[..., tuple[Finding, ...]], kind: str, rule: str) -> None:
    (finding,) = after(f"{kind}.records", "", None)
    assert (finding.rule_id, finding.path) == (rule, "TapStackdev/aws_s3_bucket.records")
    assert f"no {kind} refers to this bucket" in finding.message


@pytest.mark.parametrize(
    "bucket",
    [
        "s3-records-dev",
        "${aws_s3_bucket.records.arn}",
        "${aws_s3_bucket.records.bucket_domain_name}",
        "${aws_s3_bucket.nowhere.id}",
        "${data.aws_s3_bucket.records.id}",
        "${var.bucket}",
        None,
    ],
)
@pytest.mark.parametrize(("kind", "rule"), KINDS.items())
def test_a_configuration_refers_to_its_bucket(good: dict[str, Any], kind: str, rule: str, bucket: str | None) -> None:
    """Also a second one, which would be applied to a bucket that has its own."""
    good["resource"][kind]["second"] = {**good["resource"][kind]["records"], "bucket": bucket}
    (finding,) = judge(good, FAMILIES)
    assert (finding.rule_id, finding.path) == (rule, f"TapStackdev/{kind}.second")
    assert "expected the id of a bucket of this stack" in finding.message


@pytest.mark.parametrize("bucket", ["${aws_s3_bucket.records.id}", "${aws_s3_bucket.records.bucket}"])
@pytest.mark.parametrize(("kind", "rule"), KINDS.items())
def test_a_second_configuration_is_one_too_many(good: dict[str, Any], kind: str, rule: str, bucket: str) -> None:
    good["resource"][kind]["second"] = {**good["resource"][kind]["records"], "bucket": bucket}
    (finding,) = judge(good, FAMILIES)
    assert (finding.rule_id, finding.path) == (rule, f"TapStackdev/{kind}.second")
    assert finding.message == f"it is a second {kind} of aws_s3_bucket.records; expected one"


@pytest.mark.parametrize("attribute", ["id", "bucket"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_bucket_is_referred_to_by_id_or_name(broken: Callable[..., set[str]], kind: str, attribute: str) -> None:
    assert broken(f"{kind}.records", "bucket", f"${{aws_s3_bucket.records.{attribute}}}") == set()


@pytest.mark.parametrize(
    ("rule", "argument", "value"),
    [
        ("TAP-ENC-2", "server_side_encryption_configuration", {"rule": {}}),
        ("TAP-ENC-8", "policy", "${data.aws_iam_policy_document.records.json}"),
        ("TAP-REC-2", "versioning", {"enabled": True}),
        ("TAP-REC-2", "lifecycle_rule", [{"enabled": True}]),
    ],
)
def test_the_bucket_says_nothing_of_it_itself(
    broken: Callable[..., set[str]], rule: str, argument: str, value: Any
) -> None:
    assert broken("aws_s3_bucket.records", argument, value) == {rule}


@pytest.mark.parametrize(
    ("rule", "target", "argument", "value"),
    [
        ("TAP-ENC-2", RECORDS, "rule", None),
        ("TAP-ENC-2", RECORDS, "rule.0", {"bucket_key_enabled": True}),
        ("TAP-ENC-2", RECORDS, f"{DEFAULT}.sse_algorithm", None),
        ("TAP-ENC-2", RECORDS, f"{DEFAULT}.sse_algorithm", "AES256"),
        ("TAP-ENC-2", RECORDS, f"{DEFAULT}.sse_algorithm", "${var.algorithm}"),
        ("TAP-ENC-2", f"{ENCRYPTION}.logs", f"{DEFAULT}.sse_algorithm", "aws:kms"),
        ("TAP-ENC-8", POLICY, "policy", "${data.aws_iam_policy_document.logs.json}"),
        ("TAP-ENC-8", POLICY, "policy", "${data.aws_iam_policy_document.nowhere.json}"),
        ("TAP-ENC-8", DOCUMENT, "statement", []),
        ("TAP-REC-2", VERSIONING, "versioning_configuration", None),
        ("TAP-REC-2", VERSIONING, "versioning_configuration.status", None),
        ("TAP-REC-2", VERSIONING, "versioning_configuration.status", "Suspended"),
        ("TAP-REC-2", VERSIONING, "versioning_configuration.status", "${var.status}"),
        ("TAP-NET-1", BLOCK, "block_public_acls", None),
        ("TAP-NET-1", BLOCK, "block_public_policy", False),
        ("TAP-NET-1", BLOCK, "ignore_public_acls", "false"),
        ("TAP-NET-1", BLOCK, "restrict_public_buckets", "${var.restrict}"),
    ],
)
def test_broken(broken: Callable[..., set[str]], rule: str, target: str, argument: str, value: Any) -> None:
    # A policy that is no document also breaks TAP-IAM-4.
    assert broken(target, argument, value) - {"TAP-IAM-4"} == {rule}


@pytest.mark.parametrize("policy", [None, "${var.policy}", "{not JSON", '{"Statement": []}'])
def test_a_policy_in_text_counts_for_nothing(broken: Callable[..., set[str]], policy: str | None) -> None:
    assert "TAP-ENC-8" in broken(POLICY, "policy", policy)


@pytest.mark.parametrize(
    ("target", "argument", "value"),
    [
        (RECORDS, "rule", {"apply_server_side_encryption_by_default": [
            {"sse_algorithm": "aws:kms:dsse", "kms_master_key_id": "${aws_kms_key.main.key_id}"}]}),
        (VERSIONING, "versioning_configuration", [{"status": "Enabled"}]),
        (BLOCK, "block_public_acls", "true"),
        (POLICY, "policy", "${data.aws_iam_policy_document.records.minified_json}"),
        ("aws_s3_bucket.records", "lifecycle_rule", []),
    ],
)  # fmt: skip
def test_harmless(broken: Callable[..., set[str]], target: str, argument: str, value: Any) -> None:
    assert broken(target, argument, value) == set()


def test_each_rule_of_an_encryption_configuration_counts(good: dict[str, Any]) -> None:
    rules = good["resource"][ENCRYPTION]["records"]["rule"]
    rules.append({"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}})
    assert [finding.rule_id for finding in judge(good, FAMILIES)] == ["TAP-ENC-2"]


USES = {
    "a function's environment": ("resource", "aws_lambda_function", {"environment": {
        "variables": {"X": "${aws_s3_bucket.logs.id}"}}}),
    "a role's permission": ("data", "aws_iam_policy_document", {"statement": {
        "actions": ["s3:PutObject"], "resources": ["${aws_s3_bucket.logs.arn}/*"]}}),
    "its name": ("resource", "aws_s3_object", {"bucket": "s3-access-logs-dev", "key": "k"}),
    "a replication": ("resource", "aws_s3_bucket_replication_configuration", {
        "rule": [{"destination": {"bucket": "${aws_s3_bucket.logs.arn}"}}]}),
    "a notification": ("resource", "aws_s3_bucket_notification", {"bucket": "${aws_s3_bucket.logs.id}"}),
}  # fmt: skip


@pytest.mark.parametrize(("section", "kind", "body"), USES.values(), ids=USES)
def test_a_bucket_of_access_logs_holds_nothing_else(
    good: dict[str, Any], section: str, kind: str, body: dict[str, Any]
) -> None:
    """Otherwise any bucket could earn the exemption from our key by taking another one's logs."""
    good[section].setdefault(kind, {})["other"] = body
    (finding,) = (one for one in judge(good, FAMILIES) if one.rule_id == "TAP-ENC-2")
    assert finding.path == "TapStackdev/aws_s3_bucket.logs"
    assert f"{kind}.other uses it too; expected a bucket for access logs only" in finding.message


@pytest.mark.parametrize(
    ("change", "is_delivery"),
    [
        ({}, True),
        ({"effect": None}, True),
        ({"principals": [{"type": "Service", "identifiers": ["lambda.amazonaws.com"]}]}, False),
        ({"principals": [{"type": "AWS", "identifiers": ["${aws_iam_role.a.arn}"]}]}, False),
        ({"actions": ["s3:PutObject", "s3:GetObject"]}, False),
    ],
)
def test_the_policy_of_a_bucket_of_access_logs_admits_their_delivery_alone(
    good: dict[str, Any], change: dict[str, Any], is_delivery: bool
) -> None:
    statement = {
        "effect": "Allow",
        "principals": [{"type": "Service", "identifiers": ["logging.s3.amazonaws.com"]}],
        "actions": ["s3:PutObject"],
        "resources": ["${aws_s3_bucket.logs.arn}/*"],
    }
    good["data"]["aws_iam_policy_document"]["logs"]["statement"].append({**statement, **change})
    assert ("TAP-ENC-2" not in {finding.rule_id for finding in judge(good, FAMILIES)}) == is_delivery


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("target_bucket", "s3-access-logs-dev"),  # refers to nothing, so nothing is exempt
        ("bucket", "${aws_s3_bucket.logs.id}"),  # its own logs
        ("bucket", "s3-records-dev"),
    ],
)
def test_only_the_target_of_another_buckets_logs_is_exempt(
    broken: Callable[..., set[str]], argument: str, value: str
) -> None:
    assert "TAP-ENC-2" in broken("aws_s3_bucket_logging.records", argument, value)


def expiring(**rule: Any) -> dict[str, Any]:
    return {"bucket": "${aws_s3_bucket.records.id}", "rule": [{"id": "a", "status": "Enabled", **rule}]}


@pytest.mark.parametrize(
    ("rule", "is_early"),
    [
        ({"noncurrent_version_expiration": [{"noncurrent_days": 7}]}, False),
        ({"noncurrent_version_expiration": {"noncurrent_days": "30"}}, False),
        ({"noncurrent_version_expiration": [{"noncurrent_days": 6}]}, True),
        ({"noncurrent_version_expiration": [{"noncurrent_days": 1}]}, True),
        ({"noncurrent_version_expiration": [{}]}, True),
        ({"noncurrent_version_expiration": [{"noncurrent_days": "${var.days}"}]}, True),
        ({"noncurrent_version_expiration": [{"noncurrent_days": "soon"}]}, True),
        ({"expiration": [{"days": 365}]}, False),
        ({"expiration": [{"days": 364}]}, True),
        ({"expiration": [{"days": "${var.days}"}]}, True),
        ({"expiration": [{"date": "2030-01-01T00:00:00Z"}]}, True),
        ({"expiration": [{"expired_object_delete_marker": True}]}, False),
        ({"expiration": [{"days": 1}], "status": "Disabled"}, False),
        ({"expiration": [{"days": 1}], "status": "${var.status}"}, True),
    ],
)
def test_versions_expire_no_sooner_than_they_can_be_missed(
    broken: Callable[..., set[str]], rule: dict[str, Any], is_early: bool
) -> None:
    assert broken(LIFECYCLE, "", expiring(**rule)) == ({"TAP-REC-2"} if is_early else set())
