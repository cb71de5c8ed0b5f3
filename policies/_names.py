"""Finds the argument that names a resource, and the first word of its name. Not a policy."""

import functools
import re

from _conventions import CONVENTIONS
from _provider import TYPES
from _stack import blocks

# type -> (argument, word)
NAMED = {
    "aws_apigatewayv2_api": ("name", "api"),
    "aws_cloudwatch_composite_alarm": ("alarm_name", "alarm"),
    "aws_cloudwatch_dashboard": ("dashboard_name", "dashboard"),
    "aws_cloudwatch_log_group": ("name", ""),
    "aws_cloudwatch_log_resource_policy": ("policy_name", "policy"),
    "aws_cloudwatch_metric_alarm": ("alarm_name", "alarm"),
    "aws_dynamodb_table": ("name", "dynamodb"),
    "aws_iam_policy": ("name", "policy"),
    "aws_iam_role": ("name", "role"),
    "aws_iam_role_policy": ("name", "policy"),
    "aws_kms_alias": ("name", "kms"),
    "aws_lambda_alias": ("name", "alias"),
    "aws_lambda_function": ("function_name", "lambda"),
    "aws_s3_bucket": ("bucket", "s3"),
    "aws_sns_topic": ("name", "sns"),
    "aws_sqs_queue": ("name", "sqs"),
}
# Types whose naming argument does not follow the usual form.
NAMED_OTHERWISE = {
    "aws_ecs_task_definition": "family",
    "aws_dms_replication_instance": "replication_instance_id",
    "aws_dms_replication_task": "replication_task_id",
    "aws_elasticache_cluster": "cluster_id",
    "aws_elasticache_replication_group": "replication_group_id",
}
# Types whose names the DNS, AWS or another resource determines, and types whose names cannot contain a hyphen.
NOT_OURS = re.compile(
    r"aws_(acm_.*|route53.*|service_discovery_.*_dns_namespace|ses_.*identity|sesv2_email_identity.*|lightsail_domain"
    r"|customerprofiles_domain|account_region|cognito_identity_provider|config_organization_managed_rule|controltower_.*"
    r"|directory_service_region|ec2_availability_zone_group|eks_addon|rds_certificate|redshift_partner"
    r"|cloudformation_type|dsql_cluster_peering|cognito_user_in_group|rds_instance_state|ses_active_receipt_rule_set"
    r"|secretsmanager_secret_.*|.*_user|quicksight_group|athena_database|keyspaces_table|s3_directory_bucket"
    r"|sagemaker_image_version)"
)
# Arguments to which Terraform appends a random suffix.
PREFIX = re.compile(r"(\w+_)?(name|identifier|bucket)_prefix")


# Types whose name is in another argument, which is part of an ARN.
PARTS_OF_ARNS = {
    "aws_apigatewayv2_domain_name": "domain_name",
    "aws_lambda_layer_version": "layer_name",
}
# Types identified by other arguments, which are not part of an ARN.
IDS = {"aws_cloudwatch_event_target": "target_id", "aws_lambda_permission": "statement_id"}
# Type -> arguments that form the scope in which a name must be unique.
IN_A_PARENT = {
    "aws_apigatewayv2_authorizer": ("api_id",),
    "aws_apigatewayv2_stage": ("api_id",),
    "aws_appautoscaling_policy": ("resource_id", "scalable_dimension"),
    "aws_backup_selection": ("plan_id",),
    "aws_cloudwatch_event_rule": ("event_bus_name",),
    "aws_cloudwatch_event_target": ("rule", "event_bus_name"),
    "aws_cloudwatch_log_metric_filter": ("log_group_name",),
    "aws_cloudwatch_log_stream": ("log_group_name",),
    "aws_cloudwatch_log_subscription_filter": ("log_group_name",),
    "aws_ecs_service": ("cluster",),
    "aws_iam_role_policy": ("role",),
    "aws_kinesis_stream_consumer": ("stream_arn",),
    "aws_lambda_alias": ("function_name",),
    "aws_lambda_permission": ("function_name", "qualifier"),
    "aws_route53_record": ("zone_id", "type", "set_identifier"),
    "aws_route53_zone": ("vpc",),
    "aws_scheduler_schedule": ("group_name",),
    "aws_security_group": ("vpc_id",),
    "aws_wafv2_ip_set": ("scope",),
    "aws_wafv2_web_acl": ("scope",),
}


@functools.cache
def is_ours(kind):
    """Return True if the stack chooses the names of resources of a type."""
    return not NOT_OURS.fullmatch(kind)


def naming_argument(kind):
    """Return the argument that names resources of a type, whoever chooses the name; None if there is none."""
    return PARTS_OF_ARNS.get(kind) or name_of_ours(kind)


def name_of_ours(kind):
    argument, _ = NAMED.get(kind, (None, None))
    return argument or NAMED_OTHERWISE.get(kind) or TYPES.get(kind, {}).get("name")


def prefixes(kind, body):
    """Return the arguments of a resource that set only the prefix of a name."""
    return [key for key in body if PREFIX.fullmatch(key)] if is_ours(kind) else []


def names(kind, body):
    """Yield (name, first word) of all names in a resource. A missing name is None; the word is "" if any is allowed."""
    if not is_ours(kind):
        return
    if kind == "aws_apigatewayv2_stage" and body.get("name") == "$default":  # AWS's abbreviation
        return
    if kind in NAMED:
        argument, word = NAMED[kind]
        yield body.get(argument), CONVENTIONS["resource_types"].get(kind, word)
    elif argument := name_of_ours(kind):
        yield body.get(argument), CONVENTIONS["resource_types"].get(kind, "")
    elif "name" in body:
        yield body["name"], ""
    if kind == "aws_dynamodb_table":
        for argument in ("global_secondary_index", "local_secondary_index"):
            for index in blocks(body.get(argument)):
                yield index.get("name"), "index"


def last_part(name):
    """`/aws/lambda/lambda-processor-dev` -> `lambda-processor-dev`; also removes AWS's suffix of FIFO queues."""
    return name.rpartition("/")[2].removesuffix(".fifo")
