"""The archive: a bucket with audit records and receipts, and a bucket with its access logs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from constructs import Construct

from lib.aws import (
    S3Bucket,
    S3BucketLifecycleConfiguration,
    S3BucketLifecycleConfigurationRule,
    S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload,
    S3BucketLifecycleConfigurationRuleExpiration,
    S3BucketLifecycleConfigurationRuleFilter,
    S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration,
    S3BucketLoggingA,
    S3BucketOwnershipControls,
    S3BucketOwnershipControlsRule,
    S3BucketPolicy,
    S3BucketPublicAccessBlock,
    S3BucketServerSideEncryptionConfigurationA,
    S3BucketServerSideEncryptionConfigurationRuleA,
    S3BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultA,
    S3BucketVersioningA,
    S3BucketVersioningVersioningConfiguration,
)
from lib.constructs.context import Context
from lib.constructs.policy import (
    Statement,
    allow,
    condition,
    deny,
    deny_insecure_transport,
    document,
    from_source,
    service,
)

# Prefixes to which the archiver may write.
AUDIT_PREFIX = "audit/"
RECEIPTS_PREFIX = "receipts/"
SET_ASIDE_PREFIX = "set-aside/"
ACCESS_LOG_PREFIX = "archive/"

EVERY_OBJECT = ""  # as a prefix
NONCURRENT_DAYS = 30  # in days: how long an overwritten or deleted object can be restored
INCOMPLETE_UPLOAD_DAYS = 7


class PrivateBucket(Construct):
    """A bucket that is versioned, encrypted, private, accepts TLS only, and can be destroyed with its content."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        key_arn: str | None,
        noncurrent_days: Mapping[str, int],
        expire_after_days: int | None = None,
    ) -> None:
        """`key_arn=None`: encrypt with S3's own key. `expire_after_days=None`: current objects do not expire.

        `noncurrent_days`: prefix -> days for which an overwritten or deleted object is kept. Prefixes must not overlap,
        because S3 applies the shorter time to an object below two prefixes.
        """
        super().__init__(scope, id_)
        self.bucket = S3Bucket(self, "bucket", bucket=name, force_destroy=True)
        S3BucketOwnershipControls(
            self,
            "ownership",
            bucket=self.bucket.id,
            rule=S3BucketOwnershipControlsRule(object_ownership="BucketOwnerEnforced"),
        )
        S3BucketServerSideEncryptionConfigurationA(
            self,
            "encryption",
            bucket=self.bucket.id,
            rule=[
                S3BucketServerSideEncryptionConfigurationRuleA(
                    apply_server_side_encryption_by_default=(
                        S3BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultA(
                            sse_algorithm="aws:kms" if key_arn else "AES256", kms_master_key_id=key_arn
                        )
                    ),
                    bucket_key_enabled=True if key_arn else None,
                )
            ],
        )
        self._public_access_block = S3BucketPublicAccessBlock(
            self,
            "public_access_block",
            bucket=self.bucket.id,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
        )
        versioning = S3BucketVersioningA(
            self,
            "versioning",
            bucket=self.bucket.id,
            versioning_configuration=S3BucketVersioningVersioningConfiguration(status="Enabled"),
        )
        S3BucketLifecycleConfiguration(
            self,
            "lifecycle",
            bucket=self.bucket.id,
            rule=[_expire(expire_after_days), *(_forget(prefix, days) for prefix, days in noncurrent_days.items())],
            depends_on=[versioning],
        )

    def attach_policy(self, statements: Sequence[Statement] = ()) -> S3BucketPolicy:
        """Create the bucket's policy: it requires TLS 1.2, and contains the given statements."""
        resources = [self.bucket.arn, f"{self.bucket.arn}/*"]
        transport = [
            deny_insecure_transport(["s3:*"], resources),
            deny("DenyOldTls", ["s3:*"], resources, [condition("NumericLessThan", "s3:TlsVersion", "1.2")]),
        ]
        return S3BucketPolicy(
            self,
            "policy",
            bucket=self.bucket.id,
            policy=document(self, "policy_document", [*transport, *statements]),
            depends_on=[self._public_access_block],  # S3 refuses two simultaneous changes to a bucket's access
        )


class Archive(Construct):
    """`bucket` contains the records; its access logs go to a separate bucket."""

    def __init__(self, scope: Construct, id_: str, *, context: Context) -> None:
        super().__init__(scope, id_)
        records = PrivateBucket(
            self,
            "records",
            name=context.naming.bucket("archive"),
            key_arn=context.key_arn,
            # Overwritten or deleted audit records are still part of the audit history (PCI DSS 4.0.1, 10.5.1).
            noncurrent_days={
                AUDIT_PREFIX: context.log_retention_days,
                RECEIPTS_PREFIX: NONCURRENT_DAYS,
                SET_ASIDE_PREFIX: NONCURRENT_DAYS,
            },
        )
        self.bucket = records.bucket
        records.attach_policy()

        # SSE-S3: a target of server access logs accepts no default encryption by KMS.
        # docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html
        access_logs = PrivateBucket(
            self,
            "access_logs",
            name=context.naming.bucket("access-logs"),
            key_arn=None,
            noncurrent_days={EVERY_OBJECT: NONCURRENT_DAYS},
            expire_after_days=context.log_retention_days,
        )
        delivery = access_logs.attach_policy(
            [
                allow(
                    "ServerAccessLogs",
                    ["s3:PutObject"],
                    [f"{access_logs.bucket.arn}/{ACCESS_LOG_PREFIX}*"],
                    principals=service("logging.s3.amazonaws.com"),
                    conditions=from_source(context.account, self.bucket.arn),
                )
            ]
        )
        S3BucketLoggingA(
            self,
            "logging",
            bucket=self.bucket.id,
            target_bucket=access_logs.bucket.id,
            target_prefix=ACCESS_LOG_PREFIX,
            depends_on=[delivery],
        )


def _expire(after_days: int | None) -> S3BucketLifecycleConfigurationRule:
    """Return the rule that expires unfinished uploads, and current objects after `after_days`."""
    return S3BucketLifecycleConfigurationRule(
        id="expire",
        status="Enabled",
        filter=[S3BucketLifecycleConfigurationRuleFilter()],
        abort_incomplete_multipart_upload=[
            S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload(
                days_after_initiation=INCOMPLETE_UPLOAD_DAYS
            )
        ],
        expiration=[S3BucketLifecycleConfigurationRuleExpiration(days=after_days)] if after_days else None,
    )


def _forget(prefix: str, days: int) -> S3BucketLifecycleConfigurationRule:
    """Return the rule that expires noncurrent versions."""
    return S3BucketLifecycleConfigurationRule(
        id=f"forget-{prefix.strip('/') or 'everything'}",
        status="Enabled",
        filter=[S3BucketLifecycleConfigurationRuleFilter(prefix=prefix or None)],
        noncurrent_version_expiration=[
            S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration(noncurrent_days=days)
        ],
    )
