"""Checks each encryption setting of all the provider's types against its required value. Not a policy.

The settings come from the provider's schema (_provider.jsonl); a setting's name decides its required value.
The lists below are exceptions for classified types, each with its reason.
"""

import functools
import re

from _expressions import is_literal
from _provider import TYPES
from _stack import is_false, is_true, shown

# Types that another policy checks.
ELSEWHERE = (
    "aws_cloudwatch_log_group",
    "aws_dynamodb_table",
    "aws_dynamodb_table_replica",
    "aws_lambda_function",
    "aws_s3_bucket",
    "aws_s3_bucket_server_side_encryption_configuration",
    "aws_sns_topic",
    "aws_sqs_queue",
)
# Settings that are not about data at rest: data in transit, encryption context, key reuse, selection of objects.
NOT_AT_REST = re.compile(
    r".*(transit|node_to_node_encryption|encryption_context|kms_data_key_reuse|bucket_key_enabled"
    r"|sse_kms_encrypted_objects|cluster_endpoint_encryption_type).*|aws_kms_\w+[.].*"
)
# Optional settings, because the target bucket encrypts the data, or the resource stores no data.
MAY_BE_LEFT_OUT = re.compile(
    r"aws_(s3_bucket_inventory|s3_bucket_object|s3_object|s3_object_copy|dynamodb_table_export)[.].*"
    r"|aws_kinesis_firehose_delivery_stream[.].*s3_.*"
    # TAP-RUN-6 forbids filters, so there is nothing to encrypt.
    r"|aws_lambda_event_source_mapping[.]kms_key_arn"
    # The log group and the bucket have their own keys. Fargate deletes a task's storage with the task, and accepts a
    # customer managed key for it only with the permission to create grants for that key, which TAP-IAM-7 forbids:
    # docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-create-storage-key.html
    r"|aws_ecs_cluster[.].*(log_configuration|managed_storage_configuration).*"
    r"|aws_ecs_service[.].*tls.*"
)
# Setting -> other setting. The first is optional unless the other is enabled.
ONLY_WITH = {
    "cache_data_encrypted": "caching_enabled",
    "master_password_secret_kms_key_id": "manage_master_password",
    "master_user_secret_kms_key_id": "manage_master_user_password",
    "performance_insights_kms_key_id": "performance_insights_enabled",
}
# Blocks without which AWS uses its own key, although their names do not mention encryption.
MUST_BE_THERE = (
    ("aws_athena_workgroup", "configuration"),
    ("aws_athena_workgroup", "result_configuration"),
)
ABOUT_ENCRYPTION = re.compile("encrypt|kms|cmk|sse_")
# Types that hold data and have no setting for a key.
WITHOUT_KEY = (
    "aws_backup_logically_air_gapped_vault",
    "aws_cloudwatch_event_archive",
    "aws_dynamodb_global_table",
    "aws_elasticache_cluster",
    "aws_s3_directory_bucket",
)
# Prefixes of types of other providers that hold no data.
WITHOUT_DATA = re.compile(r"terraform_data|null_resource|random_\w+|time_\w+")


def wrong_encryption(resource):
    """Yield a text for each encryption setting of a Resource that is missing or wrong."""
    for path, want, optional in settings_of(resource.kind):
        if not is_exception(resource, path):
            for block in blocks_at(resource.body, path, resource.kind):
                if not is_right(resource.stack, want, optional, path, block):
                    said = block.get(path[-1]) if isinstance(block, dict) else block
                    yield f"{'.'.join(path)} is {shown(said)}"


@functools.cache
def settings_of(kind):
    """Yield (path, required kind of value, True if optional) of every encryption setting of a type."""
    if kind in ELSEWHERE:
        return ()
    more = ["key_id"] if kind == "aws_ssm_parameter" else []
    return tuple(
        (path.split("."), wanted(path), bool(MAY_BE_LEFT_OUT.fullmatch(f"{kind}.{path}")))
        for path in [*TYPES.get(kind, {}).get("encryption", ()), *more]
        if not NOT_AT_REST.fullmatch(f"{kind}.{path}")
    )


def wanted(path):
    """Return the required kind of value: "false", "true", "word" (one that selects a customer key) or "key"."""
    last = path.split(".")[-1]
    if last in ("encryption_disabled", "use_aws_owned_key"):
        return "false"
    if re.search("(encrypted|enabled)$", last):
        return "true"
    if re.search("(mode|type|option|algorithm|status|server_side_encryption|ebs_encryption)$", last):
        return "word"
    return "key"


def is_right(stack, want, optional, path, block):
    if not isinstance(block, dict):
        return False
    value = block.get(path[-1])
    if value is None:
        switch = ONLY_WITH.get(path[-1])
        if optional or (switch and (block.get(switch) is None or is_false(block[switch]))):
            return True
    if want == "key":
        return stack.is_own_key(value)
    if want == "word":
        return is_literal(value) and means_customer_key(value.upper())
    return is_true(value) if want == "true" else is_false(value)


def means_customer_key(word):
    if word == "ENABLED":
        return True
    return ("KMS" in word or "CUSTOM" in word) and "OWNED" not in word and "AWS_MANAGED" not in word


def blocks_at(body, path, kind):
    """Return the blocks that contain the last step of a path; {} for a missing block, and other values unchanged."""
    head, *rest = path
    if not rest:
        return [body]
    found = body.get(head)
    if found in (None, []):
        if ABOUT_ENCRYPTION.search(head):
            return [{}]
        return blocks_at({}, rest, kind) if (kind, head) in MUST_BE_THERE else []
    blocks = [block for block in found if block is not None] if isinstance(found, list) else [found]
    return [
        place for block in blocks for place in (blocks_at(block, rest, kind) if isinstance(block, dict) else [block])
    ]


def is_exception(resource, path):
    """Return True if a setting does not apply: on a Firehose stream that reads another, or a plain-text parameter."""
    if resource.kind == "aws_kinesis_firehose_delivery_stream" and path[0] == "server_side_encryption":
        return any(resource.body.get(source) for source in ("kinesis_source_configuration", "msk_source_configuration"))
    if resource.kind == "aws_ssm_parameter":
        return resource.body.get("type") in ("String", "StringList")
    return False
