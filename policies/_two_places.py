"""Lists settings that the provider offers twice: as an argument and as a separate resource. Not a policy.

The provider's documentation says that the argument and the resource overwrite each other.
"""

# Type -> (its argument, the type of the separate resource, the argument by which that resource refers to the type)
ALSO_SET_BY = {
    "aws_iam_role": (
        ("inline_policy", "aws_iam_role_policy", "role"),
        ("managed_policy_arns", "aws_iam_role_policy_attachment", "role"),
    ),
    "aws_kms_key": (("policy", "aws_kms_key_policy", "key_id"),),
    "aws_route_table": (("route", "aws_route", "route_table_id"),),
    "aws_s3_access_point": (("policy", "aws_s3control_access_point_policy", "access_point_arn"),),
    "aws_s3_bucket": (
        ("cors_rule", "aws_s3_bucket_cors_configuration", "bucket"),
        ("policy", "aws_s3_bucket_policy", "bucket"),
    ),
    "aws_secretsmanager_secret": (("policy", "aws_secretsmanager_secret_policy", "secret_arn"),),
    "aws_security_group": tuple(
        (argument, kind, "security_group_id")
        for argument in ("egress", "ingress")
        for kind in (
            "aws_security_group_rule",
            "aws_vpc_security_group_egress_rule",
            "aws_vpc_security_group_ingress_rule",
        )
    ),
    "aws_sns_topic": (("policy", "aws_sns_topic_policy", "arn"),),
    "aws_sqs_queue": (
        ("policy", "aws_sqs_queue_policy", "queue_url"),
        ("redrive_allow_policy", "aws_sqs_queue_redrive_allow_policy", "queue_url"),
        ("redrive_policy", "aws_sqs_queue_redrive_policy", "queue_url"),
    ),
}
