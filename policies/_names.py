"""Which argument names a resource, and with which word the name begins. No policy itself."""

import fnmatch

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
# Names that the world gives: domains and certificates.
NOT_OURS = ("aws_route53_*", "aws_service_discovery_*_dns_namespace", "aws_ses_*identity", "aws_acm_*")
# Terraform completes these with a random end.
PREFIXES = ("name_prefix", "bucket_prefix", "alarm_name_prefix", "function_name_prefix")


def names(kind, body):
    """(name, word) of everything that a resource names: None for a name that is missing, "" where any word will do."""
    if any(fnmatch.fnmatchcase(kind, pattern) for pattern in NOT_OURS):
        return
    if kind == "aws_apigatewayv2_stage" and body.get("name") == "$default":  # AWS's own word
        return
    if kind in NAMED:
        argument, word = NAMED[kind]
        yield body.get(argument), word
    elif body.get("name") is not None:
        yield body["name"], ""
    if kind == "aws_dynamodb_table":
        for argument in ("global_secondary_index", "local_secondary_index"):
            for index in blocks(body.get(argument)):
                yield index.get("name"), "index"


def last_part(name):
    """`/aws/lambda/lambda-processor-dev` -> `lambda-processor-dev`; a FIFO queue's ending is AWS's."""
    return name.rpartition("/")[2].removesuffix(".fifo")
