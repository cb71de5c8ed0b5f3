"""What each setting about encryption has to say, for any type of the provider. No policy itself.

The settings of all types come from the provider's schema (_provider.jsonl); what is asked of one follows from its name.
The lists below are exceptions, each with its reason, for the types that a stack may have.
"""

import functools
import re

from _expressions import is_literal
from _provider import TYPES
from _stack import is_false, is_true, shown

# Policies of their own judge these types.
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
# Data on its way, what is signed along with a request, how long a key is kept, which objects are copied: not at rest.
NOT_AT_REST = re.compile(
    r".*(transit|node_to_node_encryption|encryption_context|kms_data_key_reuse|bucket_key_enabled"
    r"|sse_kms_encrypted_objects|cluster_endpoint_encryption_type).*|aws_kms_\w+[.].*"
)
# May be left out, because the bucket that the data goes to encrypts it, or there is nothing of its own to encrypt.
MAY_BE_LEFT_OUT = re.compile(
    r"aws_(s3_bucket_inventory|s3_bucket_object|s3_object|s3_object_copy|dynamodb_table_export)[.].*"
    r"|aws_kinesis_firehose_delivery_stream[.].*s3_.*"
    # Without filters, which TAP-RUN-6 forbids, there is nothing to encrypt.
    r"|aws_lambda_event_source_mapping[.]kms_key_arn"
    # The log group and the bucket have keys of their own. For a task's storage, which ends with the task, Fargate takes
    # a customer's key only if it may itself grant that key to others, which TAP-IAM-7 forbids:
    # docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-create-storage-key.html
    r"|aws_ecs_cluster[.].*(log_configuration|managed_storage_configuration).*"
    r"|aws_ecs_service[.].*tls.*"
)
# May be left out unless the setting beside it is on.
ONLY_WITH = {
    "cache_data_encrypted": "caching_enabled",
    "master_password_secret_kms_key_id": "manage_master_password",
    "master_user_secret_kms_key_id": "manage_master_user_password",
    "performance_insights_kms_key_id": "performance_insights_enabled",
}
# Blocks without which AWS uses a key of its own, though no word in their names says so.
MUST_BE_THERE = (
    ("aws_athena_workgroup", "configuration"),
    ("aws_athena_workgroup", "result_configuration"),
)
ABOUT_ENCRYPTION = re.compile("encrypt|kms|cmk|sse_")
# They hold data, and nothing of theirs takes a key.
WITHOUT_KEY = (
    "aws_backup_logically_air_gapped_vault",
    "aws_cloudwatch_event_archive",
    "aws_dynamodb_global_table",
    "aws_elasticache_cluster",
    "aws_s3_directory_bucket",
)
# Of other providers, and without data.
WITHOUT_DATA = re.compile(r"terraform_data|null_resource|random_\w+|time_\w+")


def wrong_encryption(resource):
    """What a setting about encryption of a Resource says, where it says the wrong thing or nothing: a text for each."""
    for path, want, optional in settings_of(resource.kind):
        if not is_exception(resource, path):
            for block in blocks_at(resource.body, path, resource.kind):
                if not is_right(resource.stack, want, optional, path, block):
                    said = block.get(path[-1]) if isinstance(block, dict) else block
                    yield f"{'.'.join(path)} is {shown(said)}"


@functools.cache
def settings_of(kind):
    """(path, what it has to say, whether it may be left out) of every setting of a type that is judged."""
    if kind in ELSEWHERE:
        return ()
    more = ["key_id"] if kind == "aws_ssm_parameter" else []
    return tuple(
        (path.split("."), wanted(path), bool(MAY_BE_LEFT_OUT.fullmatch(f"{kind}.{path}")))
        for path in [*TYPES.get(kind, {}).get("encryption", ()), *more]
        if not NOT_AT_REST.fullmatch(f"{kind}.{path}")
    )


def wanted(path):
    """ "false", "true", "word" (AWS's for a customer's key) or "key"."""
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
    """The blocks in which the last step of a path stands: {} for one that is missing; what is no block as it is."""
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
    """Firehose may not encrypt what another stream brings it; a parameter in the clear has no key."""
    if resource.kind == "aws_kinesis_firehose_delivery_stream" and path[0] == "server_side_encryption":
        return any(resource.body.get(source) for source in ("kinesis_source_configuration", "msk_source_configuration"))
    if resource.kind == "aws_ssm_parameter":
        return resource.body.get("type") in ("String", "StringList")
    return False
