"""What each setting about encryption has to say, for any type of the provider. No policy itself."""

import functools
import re

from _provider import TYPES
from _stack import is_false, is_true

# Policies of their own judge these.
ELSEWHERE = re.compile(
    r"aws_(dynamodb_table|dynamodb_table_replica|s3_bucket|s3_bucket_server_side_encryption_configuration|sns_topic|"
    r"sqs_queue|cloudwatch_log_group|lambda_function)[.]"
)
# Not about data that lies somewhere, or not about which key: `type.setting`.
ANOTHER_MATTER = re.compile(
    r".*(transit|node_to_node_encryption|encryption_context|kms_data_key_reuse|bucket_key_enabled|sse_kms_encrypted_objects"
    r"|catalog_encryption_service_role|return_connection_password_encrypted).*"
    r"|aws_(chime_voice_connector|datasync_location_hdfs|dx_connection|medialive_channel|mskconnect_connector"
    r"|transfer_connector|vpn_connection|kms_\w+|paymentcryptography_key|dataexchange_revision_assets"
    r"|cleanrooms_collaboration|cloudfront_\w+)[.].*"
    r"|aws_dax_cluster.cluster_endpoint_encryption_type|aws_eks_cluster.encryption_config.resources"
    r"|aws_sagemaker_data_quality_job_definition.network_config.*"
)
# May be left out: the bucket it goes to encrypts, or there is nothing of its own to encrypt. If said, then rightly.
MAY_BE_SILENT = re.compile(
    r"aws_(ami|athena_workgroup|codebuild_report_group|config_delivery_channel|dataexchange_event_action|appconfig_deployment"
    r"|dynamodb_table_export|s3_bucket_inventory|s3_bucket_object|s3_object|s3_object_copy|emr_cluster|lex_bot_alias"
    r"|s3control_storage_lens_configuration|ses_receipt_rule|ssm_resource_data_sync|synthetics_canary"
    r"|timestreamwrite_table|lambda_event_source_mapping|lexv2models_slot_type|sagemaker_user_profile"
    r"|sagemaker_flow_definition|sagemaker_device_fleet)[.].*"
    r"|aws_connect_instance_storage_config[.].*s3_config.*|aws_dms_endpoint[.].*_settings.*"
    r"|aws_dms_s3_endpoint[.].*encryption.*|aws_ecs_cluster[.].*log_configuration.*|aws_ecs_service[.].*tls.*"
    r"|aws_kinesis_firehose_delivery_stream[.].*s3_.*|aws_timestreamquery_scheduled_query[.].*s3_configuration.*"
    r"|aws_sagemaker_endpoint_configuration[.].*config.*|aws_codepipeline[.]artifact_store[.]encryption_key.*"
    r"|aws_cognito_user_pool[.]lambda_config.*|aws_sagemaker_domain[.]default_.*|aws_codebuild_project[.].*_disabled"
)
# May be left out unless the setting beside it is on.
SILENT_UNLESS = {
    "performance_insights_kms_key_id": "performance_insights_enabled",
    "master_user_secret_kms_key_id": "manage_master_user_password",
    "master_password_secret_kms_key_id": "manage_master_password",
    "admin_password_secret_kms_key_id": "manage_admin_password",
    "cache_data_encrypted": "caching_enabled",
}
# Blocks without which AWS makes a disk in the clear; so is a block about encryption that is not there.
BARE_WITHOUT = (("aws_instance", "root_block_device"), ("aws_spot_instance_request", "root_block_device"))
ABOUT_ENCRYPTION = re.compile("encrypt|kms|cmk|sse_")
# They hold data, and nothing of theirs takes a key.
WITHOUT_KEY = re.compile(
    r"aws_(appsync_api_cache|backup_logically_air_gapped_vault|cloud9_environment_ec2|cloudfront_key_value_store"
    r"|cloudsearch_domain|cloudwatch_event_archive|codecatalyst_source_repository|cognito_user_pool|dataexchange_data_set"
    r"|dax_cluster|directory_service_directory|dynamodb_global_table|ecrpublic_repository|elasticache_cluster"
    r"|glacier_vault|launch_configuration|lightsail_(bucket|database|disk|instance)|media_store_container"
    r"|msk_serverless_cluster|opensearchserverless_collection|opsworks_\w+_layer|opsworks_instance|quicksight_data_set"
    r"|rekognition_collection|s3_directory_bucket|s3control_bucket|simpledb_domain|timestreaminfluxdb_db_instance)"
)
# Of other providers, and without data.
OTHERS = re.compile(r"terraform_data|null_resource|random_\w+|time_\w+")
# What nobody can see through.
UNSEEN = "${unseen}"


@functools.cache
def asked(kind):
    """(steps, what it has to say, whether silence is allowed) of every setting that is judged."""
    more = ["key_id"] if kind == "aws_ssm_parameter" else []
    return tuple(
        (path.split("."), wanted(path), bool(MAY_BE_SILENT.fullmatch(f"{kind}.{path}")))
        for path in [*TYPES.get(kind, {}).get("encryption", ()), *more]
        if not ELSEWHERE.match(f"{kind}.") and not ANOTHER_MATTER.fullmatch(f"{kind}.{path}")
    )


def wanted(path):
    """ "yes", "no", "word" (AWS's for a customer's key) or "key"."""
    last = path.split(".")[-1]
    if last in ("encryption_disabled", "use_aws_owned_key"):
        return "no"
    if re.search("(encrypted|enabled)$", last):
        return "yes"
    if re.search("(mode|type|option|algorithm|status|server_side_encryption|ebs_encryption)$", last):
        return "word"
    return "key"


def is_encrypted(resource):
    """Whether every setting about encryption says what it has to."""
    return all(
        is_right(resource, want, may_be_silent, steps, beside)
        for steps, want, may_be_silent in asked(resource.kind)
        if not is_exception(resource, steps)
        for beside in places(resource.body, steps, resource.kind)
    )


def is_right(resource, want, may_be_silent, steps, beside):
    if beside is UNSEEN:
        return False
    value = beside.get(steps[-1])
    if value is None:
        switch = SILENT_UNLESS.get(steps[-1])
        if may_be_silent or (switch and (beside.get(switch) is None or is_false(beside[switch]))):
            return True
    if want == "key":
        return resource.stack.is_own_key(value)
    if want == "word":
        return isinstance(value, str) and "${" not in value and says_customer_key(value.upper())
    return is_true(value) if want == "yes" else is_false(value)


def says_customer_key(word):
    if word == "ENABLED":
        return True
    return ("KMS" in word or "CUSTOM" in word) and "OWNED" not in word and "AWS_MANAGED" not in word


def places(body, steps, kind):
    """The blocks in which the last of the steps stands; {} for one that had to be there."""
    if len(steps) == 1:
        return [body]
    head, *rest = steps
    found = body.get(head)
    blocks = [] if found is None else found if isinstance(found, list) else [found]
    made_later = [item for item in as_list(body.get("dynamic")) if not isinstance(item, dict) or head in item]
    if not blocks and not made_later:
        return [{}] if ABOUT_ENCRYPTION.search(head) or (kind, head) in BARE_WITHOUT else []
    inner = [place for block in blocks if isinstance(block, dict) for place in places(block, rest, kind)]
    return inner + [UNSEEN] * (len(made_later) + sum(not isinstance(block, dict) for block in blocks))


def as_list(value):
    return [] if value is None else value if isinstance(value, list) else [value]


def is_exception(resource, steps):
    """Firehose may not encrypt what another stream brings it; a parameter in the clear has no key."""
    if resource.kind == "aws_kinesis_firehose_delivery_stream" and steps[0] == "server_side_encryption":
        return any(resource.body.get(source) for source in ("kinesis_source_configuration", "msk_source_configuration"))
    if resource.kind == "aws_ssm_parameter":
        return resource.body.get("type") in ("String", "StringList")
    return False
