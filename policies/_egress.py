"""Finds arguments that name where AWS sends or copies data. The target must be in the stack. Not a policy.

The list comes from the provider's schema: arguments of classified types with names such as destination, target,
endpoint, url, bucket, topic, queue, stream, log group or account, if AWS sends data there.
"""

import re

from _arns import is_own_account, is_own_arn
from _conventions import CONVENTIONS
from _expressions import is_reference, parse
from _stack import texts

# Type -> paths of its arguments with a target; `*` matches any part of a path.
SENDING = {
    "aws_api_gateway_integration": ("uri",),
    "aws_api_gateway_stage": ("access_log_settings.destination_arn",),
    "aws_apigatewayv2_integration": (
        "credentials_arn",
        "integration_uri",
        # Integrations can call an AWS service directly. These parameters name the service's resource.
        "request_parameters.EventBusName",
        "request_parameters.QueueUrl",
        "request_parameters.Region",
        "request_parameters.StateMachineArn",
        "request_parameters.StreamName",
    ),
    "aws_apigatewayv2_route": ("target",),
    "aws_apigatewayv2_stage": ("access_log_settings.destination_arn",),
    "aws_athena_workgroup": ("configuration.result_configuration.output_location",),
    "aws_backup_plan": ("rule.copy_action.destination_vault_arn", "rule.target_vault_name"),
    "aws_backup_vault_notifications": ("sns_topic_arn",),
    "aws_cloudtrail": ("cloud_watch_logs_group_arn", "s3_bucket_name", "sns_topic_name"),
    "aws_cloudwatch_composite_alarm": ("alarm_actions", "insufficient_data_actions", "ok_actions"),
    "aws_cloudwatch_event_api_destination": ("invocation_endpoint",),
    "aws_cloudwatch_event_bus": ("dead_letter_config.arn",),
    "aws_cloudwatch_event_target": ("arn", "dead_letter_config.arn", "ecs_target.task_definition_arn"),
    "aws_cloudwatch_log_delivery": ("delivery_destination_arn",),
    "aws_cloudwatch_log_delivery_destination": ("delivery_destination_configuration.destination_resource_arn",),
    "aws_cloudwatch_log_destination": ("target_arn",),
    "aws_cloudwatch_log_subscription_filter": ("destination_arn",),
    "aws_cloudwatch_metric_alarm": ("alarm_actions", "insufficient_data_actions", "ok_actions"),
    "aws_cloudwatch_metric_stream": ("firehose_arn",),
    "aws_db_event_subscription": ("sns_topic",),
    "aws_dynamodb_kinesis_streaming_destination": ("stream_arn",),
    "aws_dynamodb_table_export": ("s3_bucket",),
    "aws_ecs_cluster": (
        "configuration.execute_command_configuration.log_configuration.cloud_watch_log_group_name",
        "configuration.execute_command_configuration.log_configuration.s3_bucket_name",
    ),
    "aws_ecs_service": ("load_balancer.target_group_arn", "service_registries.registry_arn"),
    "aws_efs_replication_configuration": ("destination.file_system_id",),
    "aws_elasticache_replication_group": ("log_delivery_configuration.destination", "notification_topic_arn"),
    "aws_flow_log": ("log_destination", "log_group_name"),
    "aws_kinesis_firehose_delivery_stream": (
        "*.bucket_arn",
        "*.s3_configuration.bucket_arn",
        "*.s3_backup_configuration.bucket_arn",
        "*.cloudwatch_logging_options.log_group_name",
        "*.s3_configuration.cloudwatch_logging_options.log_group_name",
        "*.s3_backup_configuration.cloudwatch_logging_options.log_group_name",
        "*.cluster_endpoint",
        "*.domain_arn",
        "http_endpoint_configuration.url",
        "iceberg_configuration.catalog_arn",
        "opensearchserverless_configuration.collection_endpoint",
        "redshift_configuration.cluster_jdbcurl",
        "snowflake_configuration.account_url",
        "splunk_configuration.hec_endpoint",
    ),
    "aws_lambda_event_source_mapping": ("destination_config.on_failure.destination_arn", "function_name"),
    "aws_lambda_function": (
        "dead_letter_config.target_arn",
        *(f"environment.variables.{name}" for name in CONVENTIONS["sending_variables"]),
        "file_system_config.arn",
    ),
    "aws_lambda_function_event_invoke_config": (
        "destination_config.on_failure.destination",
        "destination_config.on_success.destination",
    ),
    "aws_lb": ("access_logs.bucket", "connection_logs.bucket"),
    "aws_lb_listener": (
        "default_action.authenticate_cognito.user_pool_arn",
        "default_action.authenticate_oidc.authorization_endpoint",
        "default_action.authenticate_oidc.issuer",
        "default_action.authenticate_oidc.token_endpoint",
        "default_action.authenticate_oidc.user_info_endpoint",
        "default_action.forward.target_group.arn",
        "default_action.redirect.host",
        "default_action.target_group_arn",
    ),
    "aws_lb_listener_rule": (
        "action.authenticate_cognito.user_pool_arn",
        "action.authenticate_oidc.authorization_endpoint",
        "action.authenticate_oidc.issuer",
        "action.authenticate_oidc.token_endpoint",
        "action.authenticate_oidc.user_info_endpoint",
        "action.forward.target_group.arn",
        "action.redirect.host",
        "action.target_group_arn",
    ),
    "aws_lb_target_group_attachment": ("target_id",),
    "aws_route": ("carrier_gateway_id", "core_network_arn", "transit_gateway_id", "vpc_peering_connection_id"),
    "aws_route53_record": ("alias.name",),
    "aws_route_table": (
        "route.carrier_gateway_id",
        "route.core_network_arn",
        "route.transit_gateway_id",
        "route.vpc_peering_connection_id",
    ),
    "aws_s3_bucket": ("logging.target_bucket", "replication_configuration.rules.destination.bucket"),
    "aws_s3_bucket_analytics_configuration": (
        "storage_class_analysis.data_export.destination.s3_bucket_destination.bucket_arn",
    ),
    "aws_s3_bucket_inventory": ("destination.bucket.bucket_arn",),
    "aws_s3_bucket_logging": ("target_bucket",),
    "aws_s3_bucket_notification": (
        "lambda_function.lambda_function_arn",
        "queue.queue_arn",
        "topic.topic_arn",
    ),
    "aws_s3_bucket_replication_configuration": ("rule.destination.bucket",),
    "aws_scheduler_schedule": (
        "target.arn",
        "target.dead_letter_config.arn",
        "target.ecs_parameters.task_definition_arn",
    ),
    "aws_secretsmanager_secret_rotation": ("rotation_lambda_arn",),
    "aws_sns_topic_subscription": ("topic_arn",),
    "aws_vpc_endpoint": ("resource_configuration_arn", "service_network_arn", "service_region"),
    "aws_wafv2_web_acl_logging_configuration": ("log_destination_configs",),
}
# Type -> paths of arguments that name a target account.
ACCOUNTS = {
    "aws_dynamodb_table_export": ("s3_bucket_owner",),
    "aws_ecr_replication_configuration": ("replication_configuration.rule.destination.registry_id",),
    "aws_s3_bucket": ("replication_configuration.rules.destination.account_id",),
    "aws_s3_bucket_analytics_configuration": (
        "storage_class_analysis.data_export.destination.s3_bucket_destination.bucket_account_id",
    ),
    "aws_s3_bucket_inventory": ("destination.bucket.account_id",),
    "aws_s3_bucket_replication_configuration": ("rule.destination.account",),
}
# Placeholders that AWS replaces by the requested host.
SAME_HOST = "#{host}"
# Allowed text before a reference: `s3://${aws_s3_bucket.b.id}/results/`, `integrations/${…}`.
PREFIXES = ("s3://", "integrations/")
# Arguments with the name of the resource itself, which the author chooses.
NAMING = ("bucket", "family", "function_name", "identifier", "name")


def foreign_targets(resource):
    """Yield (path, value) of each target of a Resource's data outside of this stack."""
    for paths, is_own in (
        (SENDING, lambda value: is_own_target(resource.stack, value)),
        (ACCOUNTS, is_own_account),
    ):
        for path in paths.get(resource.kind.replace("aws_alb", "aws_lb"), ()):
            for value in values_at(resource.body, path.split(".")):
                if not is_own(value):
                    yield path, value


def is_sending(path):
    """Return True if the argument at a path (which begins with a type) names a target of data."""
    kind, _, argument = path.partition(".")
    return argument in SENDING.get(kind, ())


def values_at(value, steps):
    """Yield every value at a path, through lists and blocks. TAP-DOC-5 reports a literal in place of a block."""
    if isinstance(value, list):
        return [found for item in value for found in values_at(item, steps)]
    if not steps:
        return [value]
    if not isinstance(value, dict):
        return []
    if steps[0] == "*":
        inner = [block for each in value.values() for block in texts(each) if isinstance(block, dict)]
        return [found for block in inner for found in values_at(block, steps[1:])]
    pattern = re.compile(steps[0].replace("*", ".*"))
    return [found for name in value if pattern.fullmatch(name) for found in values_at(value[name], steps[1:])]


def is_own_target(stack, value):
    """Return True if a value identifies a resource of this stack: by ARN, by another computed attribute, or by name."""
    if value == SAME_HOST or is_own_arn(stack, value):
        return True
    parts = parse(value) if isinstance(value, str) else ()
    if parts and parts[0] in PREFIXES:
        parts = parts[1:]
    beneath = all(isinstance(part, str) and part.startswith("/") for part in parts[1:])
    return bool(parts) and is_reference(parts[0]) and beneath and is_own_reference(stack, parts[0])


def is_own_reference(stack, part):
    kind, name, attribute = part
    if kind.startswith("data.") or not stack.declares(kind, name):
        return False
    written = stack.of_type(kind)[name].get(attribute)
    return written is None or attribute in NAMING
