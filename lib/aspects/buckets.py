"""Rules for buckets: each bucket must have exactly one configuration of each kind, with the required settings.

If a bucket has two configurations of a kind, S3 keeps the one that Terraform applies last. A configuration must name
its bucket by reference, because a literal name could make it a second configuration of any bucket.
"""

from __future__ import annotations

from collections.abc import Iterator

from lib.aspects.encryption import AT_REST, WHY_OUR_KEY, keyed
from lib.aspects.log_targets import is_log_target, other_uses
from lib.aspects.model import StackRule
from lib.aspects.recovery import LIFECYCLE, RECOVERY_DAYS, RETENTION_DAYS, early_expirations
from lib.aspects.terraform_json import Attributes, Resource, StackView, blocks, flag, format_value, literal
from lib.aspects.tls import arn_of, denies_plain_http, policy_document
from lib.findings.finding import Severity

BUCKET = "aws_s3_bucket"
ACCESS = "aws_s3_bucket_public_access_block"
ENCRYPTION = "aws_s3_bucket_server_side_encryption_configuration"
POLICY = "aws_s3_bucket_policy"
VERSIONING = "aws_s3_bucket_versioning"
# Kind of configuration -> the bucket's own (deprecated) argument for the same settings.
INLINE = {ENCRYPTION: "server_side_encryption_configuration", POLICY: "policy", VERSIONING: "versioning"}

ACCESS_SETTINGS = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
KMS = ("aws:kms", "aws:kms:dsse")


def configurations(stack: StackView, kind: str) -> Iterator[tuple[Resource, Resource]]:
    """Yield (bucket, configuration) for each configuration of a kind that refers to a bucket of the stack."""
    for bucket in stack.of(BUCKET):
        for configuration in stack.attached_to(bucket, kind, "bucket", "id", "bucket"):
            yield bucket, configuration


def exactly_one(stack: StackView, kind: str, expected: str) -> Iterator[tuple[str, str]]:
    """Yield (construct path, message) for each bucket that has not exactly one configuration of a kind."""
    attached = list(configurations(stack, kind))
    for bucket in stack.of(BUCKET):
        of_bucket = [configuration for owner, configuration in attached if owner is bucket]
        if not of_bucket:
            yield bucket.path, f"no {kind} refers to this bucket; expected one {expected}"
        for second in of_bucket[1:]:
            yield second.path, f"it is a second {kind} of {BUCKET}.{bucket.id}; expected one"
        inline = INLINE.get(kind, "")
        if bucket.attributes.get(inline) not in (None, []):
            yield bucket.path, f"{inline} is set on the bucket; expected an {kind} instead"
    for configuration in stack.of(kind):
        if not any(configuration is one for _, one in attached):
            named = format_value(configuration.attributes.get("bucket"))
            yield configuration.path, f"bucket is {named}; expected the id of a bucket of this stack"


def _encryption(stack: StackView) -> Iterator[tuple[str, str]]:
    log_targets = [bucket for bucket in stack.of(BUCKET) if is_log_target(stack, bucket)]
    yield from exactly_one(stack, ENCRYPTION, f"with {KMS[0]}, or AES256 for access logs")
    for bucket in log_targets:
        for use in other_uses(stack, bucket):
            yield bucket.path, f"it receives S3 access logs, and {use}; expected a bucket for access logs only"
    for bucket, configuration in configurations(stack, ENCRYPTION):
        algorithms = ("AES256",) if bucket in log_targets else KMS
        rules = blocks(configuration.attributes, "rule")
        if not rules:
            yield configuration.path, f"rule is missing; expected one with {algorithms[0]}"
        for rule in rules:
            yield from _default_encryption(stack, configuration, rule, algorithms)


def _default_encryption(
    stack: StackView, configuration: Resource, rule: Attributes, algorithms: tuple[str, ...]
) -> Iterator[tuple[str, str]]:
    name = "apply_server_side_encryption_by_default"
    defaults = blocks(rule, name)
    if not defaults:
        yield configuration.path, f"rule.{name} is missing; expected {algorithms[0]}"
    for default in defaults:
        algorithm = default.get("sse_algorithm")
        if literal(algorithm) not in algorithms:
            reason = " (this bucket receives access logs)" if algorithms == ("AES256",) else ""
            yield configuration.path, f"sse_algorithm is {format_value(algorithm)}; expected {algorithms[0]}{reason}"
        elif algorithm != "AES256":
            yield from keyed(stack, configuration, "kms_master_key_id", default.get("kms_master_key_id"))


ENCRYPTED = StackRule(
    id="TAP-ENC-2",
    title=(
        "Buckets are encrypted with a customer managed key; a bucket that receives only S3 access logs uses SSE-S3, "
        "because AWS delivers access logs to no other bucket"
    ),
    why=WHY_OUR_KEY,
    severity=Severity.CRITICAL,
    controls=AT_REST,
    resource_types=(BUCKET, ENCRYPTION),
    waivable=False,
    fix=(
        "declare one S3BucketServerSideEncryptionConfiguration with bucket=<S3Bucket>.id, sse_algorithm='aws:kms' and "
        "kms_master_key_id=<KmsKey>.arn; set sse_algorithm='AES256' for a bucket with only access logs"
    ),
    source="https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html",
    check=_encryption,
)


def _tls_only(stack: StackView) -> Iterator[tuple[str, str]]:
    yield from exactly_one(stack, POLICY, "that denies plain HTTP")
    for bucket, policy in configurations(stack, POLICY):
        arn = arn_of(bucket)
        document = policy_document(stack, policy.attributes.get("policy"))
        if document is None:
            named = format_value(policy.attributes.get("policy"))
            yield policy.path, f"policy is {named}; expected the json of a policy document of this stack"
        elif not denies_plain_http(document, ("*", "s3:*"), ((arn,), (f"{arn}/*",))):
            yield (
                policy.path,
                "no statement denies every principal s3:* on the bucket and its objects, "
                "under the one condition Bool aws:SecureTransport false",
            )


TLS_ONLY = StackRule(
    id="TAP-ENC-8",
    title="Buckets refuse requests without TLS",
    why="S3 also accepts plain HTTP, so credentials and records could be sent unencrypted.",
    severity=Severity.HIGH,
    controls=("PCI DSS 4.0.1 4.2.1", "Well-Architected SEC09-BP02"),
    resource_types=(BUCKET, POLICY),
    waivable=False,
    fix=(
        "declare one S3BucketPolicy with bucket=<S3Bucket>.id whose document denies s3:* to principal * on "
        "<S3Bucket>.arn and <S3Bucket>.arn/*, with the condition Bool aws:SecureTransport false and no other"
    ),
    source="https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html",
    check=_tls_only,
)


def _versioning(stack: StackView) -> Iterator[tuple[str, str]]:
    yield from exactly_one(stack, VERSIONING, "with status Enabled")
    for _, versioning in configurations(stack, VERSIONING):
        for block in blocks(versioning.attributes, "versioning_configuration") or [{}]:
            if literal(block.get("status")) != "Enabled":
                yield versioning.path, f"status is {format_value(block.get('status'))}; expected Enabled"
    yield from early_expirations(stack)


VERSIONED = StackRule(
    id="TAP-REC-2",
    title="Buckets are versioned, and versions do not expire early",
    why="If buckets are versioned, an overwritten or deleted audit record can be restored from its earlier version.",
    severity=Severity.HIGH,
    controls=("PCI DSS 4.0.1 10.3.2", "PCI DSS 4.0.1 10.3.3", "Well-Architected REL09-BP01"),
    resource_types=(BUCKET, VERSIONING, LIFECYCLE),
    waivable=True,
    fix=(
        "declare one S3BucketVersioning with bucket=<S3Bucket>.id and status='Enabled'; let a lifecycle keep earlier "
        f"versions for {RECOVERY_DAYS} days and current objects for {RETENTION_DAYS}"
    ),
    source="https://docs.aws.amazon.com/AmazonS3/latest/userguide/Versioning.html",
    check=_versioning,
)


def _public_access(stack: StackView) -> Iterator[tuple[str, str]]:
    yield from exactly_one(stack, ACCESS, "with all four settings true")
    for _, block in configurations(stack, ACCESS):
        for setting in ACCESS_SETTINGS:
            if flag(block.attributes.get(setting)) is not True:
                yield block.path, f"{setting} is {format_value(block.attributes.get(setting))}; expected true"


PRIVATE = StackRule(
    id="TAP-NET-1",
    title="Buckets block all public access",
    why="Otherwise a single wrong policy or ACL could make the records public.",
    severity=Severity.CRITICAL,
    controls=("PCI DSS 4.0.1 1.4.4", "Well-Architected SEC03-BP07"),
    resource_types=(BUCKET, ACCESS),
    waivable=False,
    fix=f"declare one S3BucketPublicAccessBlock with bucket=<S3Bucket>.id and {', '.join(ACCESS_SETTINGS)} all True",
    source="https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html",
    check=_public_access,
)

RULES = (ENCRYPTED, TLS_ONLY, VERSIONED, PRIVATE)
