"""The two buckets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.unit.conftest import Synthesize, Template

BUCKETS = ("records", "access_logs")


@pytest.mark.parametrize("bucket", BUCKETS)
def test_a_bucket_goes_with_all_that_is_in_it(template: Template, bucket: str) -> None:
    """Versions included."""
    assert template[f"archive/{bucket}/bucket"]["force_destroy"] is True


@pytest.mark.parametrize("bucket", BUCKETS)
def test_a_bucket_is_private_in_all_four_ways(template: Template, bucket: str) -> None:
    """And has no ACLs."""
    block = template[f"archive/{bucket}/public_access_block"]
    assert block.pop("bucket") == template.ref(f"archive/{bucket}/bucket", "id")
    assert block == {
        "block_public_acls": True,
        "block_public_policy": True,
        "ignore_public_acls": True,
        "restrict_public_buckets": True,
    }
    block["bucket"] = template.ref(f"archive/{bucket}/bucket", "id")
    ownership = template[f"archive/{bucket}/ownership"]
    assert ownership["bucket"] == template.ref(f"archive/{bucket}/bucket", "id")
    assert ownership["rule"] == {"object_ownership": "BucketOwnerEnforced"}


@pytest.mark.parametrize("bucket", BUCKETS)
def test_a_bucket_is_versioned_and_old_versions_go(template: Template, bucket: str) -> None:
    """The lifecycle waits for the versioning that its rule speaks of."""
    reference = template.ref(f"archive/{bucket}/bucket", "id")
    versioning = template[f"archive/{bucket}/versioning"]
    assert versioning["bucket"] == reference
    assert versioning["versioning_configuration"] == {"status": "Enabled"}
    lifecycle = template[f"archive/{bucket}/lifecycle"]
    assert lifecycle["bucket"] == reference
    assert any(item.startswith("aws_s3_bucket_versioning.") for item in lifecycle["depends_on"])
    first, *rest = lifecycle["rule"]
    assert {rule["status"] for rule in lifecycle["rule"]} == {"Enabled"}
    assert first["filter"] == [{}]  # every object
    assert first["abort_incomplete_multipart_upload"] == [{"days_after_initiation": 7}]
    assert all(rule["noncurrent_version_expiration"][0]["noncurrent_days"] >= 30 for rule in rest)


def test_overwritten_audit_records_are_kept_for_twelve_months(template: Template, synthesize: Synthesize) -> None:
    """PCI DSS 10.5.1; of two rules for an object S3 takes the shorter time, so that no prefix begins with another."""

    def days(made: Template) -> dict[str, int]:
        return {
            rule["filter"][0]["prefix"]: rule["noncurrent_version_expiration"][0]["noncurrent_days"]
            for rule in made["archive/records/lifecycle"]["rule"]
            if "noncurrent_version_expiration" in rule
        }

    assert days(template) == {"audit/": 365, "receipts/": 30, "set-aside/": 30}
    assert days(synthesize(context={"log_retention_days": 731}))["audit/"] == 731
    for prefix in days(template):
        assert not [other for other in days(template) if other != prefix and other.startswith(prefix)]
    written = template.statements("archiver/policy_document")["Archive"]["resources"]
    assert {resource.rpartition("}/")[2].removesuffix("*") for resource in written} == set(days(template))


def test_records_stay_and_access_logs_go_after_the_logs_retention(template: Template) -> None:
    """PCI DSS 10.5.1: audit history for twelve months, here until somebody destroys it."""
    assert not [rule for rule in template["archive/records/lifecycle"]["rule"] if "expiration" in rule]
    assert template["archive/access_logs/lifecycle"]["rule"][0]["expiration"] == [{"days": 365}]


def test_records_are_encrypted_with_the_key(template: Template) -> None:
    """One data key a bucket and a while, not one an object."""
    encryption = template["archive/records/encryption"]
    assert encryption["bucket"] == template.ref("archive/records/bucket", "id")
    assert encryption["rule"] == [
        {
            "apply_server_side_encryption_by_default": {
                "sse_algorithm": "aws:kms",
                "kms_master_key_id": template.ref("encryption/key", "arn"),
            },
            "bucket_key_enabled": True,
        }
    ]


def test_access_logs_are_encrypted_by_s3_because_aws_accepts_nothing_else(template: Template) -> None:
    """The one exception that AWS forces."""
    assert template["archive/access_logs/encryption"]["rule"] == [
        {"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}}
    ]


@pytest.mark.parametrize("bucket", BUCKETS)
def test_a_bucket_refuses_what_comes_without_tls_or_with_an_old_one(template: Template, bucket: str) -> None:
    """For everybody, on the bucket and on all in it."""
    arn = template.ref(f"archive/{bucket}/bucket", "arn")
    statements = template.statements(f"archive/{bucket}/policy_document")
    for sid, conditions in {
        "DenyInsecureTransport": {("Bool", "aws:SecureTransport"): ["false"]},
        "DenyOldTls": {("NumericLessThan", "s3:TlsVersion"): ["1.2"]},
    }.items():
        statement = statements[sid]
        assert statement["effect"] == "Deny"
        assert statement["principals"] == [{"type": "*", "identifiers": ["*"]}]
        assert statement["actions"] == ["s3:*"]
        assert statement["resources"] == [arn, f"{arn}/*"]
        assert template.conditions(statement) == conditions
    policy = template[f"archive/{bucket}/policy"]
    assert policy["bucket"] == template.ref(f"archive/{bucket}/bucket", "id")
    assert policy["policy"] == template.ref(f"archive/{bucket}/policy_document", "json")


def test_access_logs_come_from_the_records_bucket_of_this_account_only(template: Template) -> None:
    """The logging service may write there for nobody else."""
    statement = template.statements("archive/access_logs/policy_document")["ServerAccessLogs"]
    assert statement["principals"] == [{"type": "Service", "identifiers": ["logging.s3.amazonaws.com"]}]
    assert statement["actions"] == ["s3:PutObject"]
    assert statement["resources"] == [template.ref("archive/access_logs/bucket", "arn") + "/archive/*"]
    assert template.conditions(statement) == {
        ("StringEquals", "aws:SourceAccount"): ["ACCOUNT"],
        ("ArnLike", "aws:SourceArn"): [template.ref("archive/records/bucket", "arn")],
    }
    logging = template["archive/logging"]
    assert logging["bucket"] == template.ref("archive/records/bucket", "id")
    assert logging["target_bucket"] == template.ref("archive/access_logs/bucket", "id")
    assert logging["target_prefix"] == "archive/"
    assert any(item.startswith("aws_s3_bucket_policy.") for item in logging["depends_on"])
