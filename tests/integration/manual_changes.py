"""Changes that somebody makes by hand, in a hurry or not meaning well; what the report must say of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lib.drift.model import Kind, Repair
from tests.integration.account import (
    STRANGER,
    Account,
    allow,
    open_bucket,
    open_route,
    other_code,
    public_bucket_policy,
    stop_archiver,
    unlock_route,
)
from tests.integration.settled import once_settled


@dataclass(frozen=True)
class Expected:
    """`says` is a part of the line; `type` the type of the resource that it is about."""

    type: str
    says: str
    rule: str
    repair: Repair = Repair.REPAIRS
    kind: Kind = Kind.CHANGED


@dataclass(frozen=True)
class ManualChange:
    make: Callable[[Account], object]
    expected: Expected


def added(type_: str, says: str, rule: str) -> Expected:
    return Expected(type_, says, rule, Repair.LEAVES, Kind.ADDED)


def deleted(type_: str, says: str, rule: str, repair: Repair = Repair.REPAIRS) -> Expected:
    return Expected(type_, says, rule, repair, Kind.DELETED)


def with_the_one_before(_: Account) -> None:
    """The change before this one has made it."""


# In this order: what makes the next one possible comes first.
MANUAL_CHANGES = {
    "point-in-time recovery off": ManualChange(
        lambda account: once_settled(
            account.client("dynamodb").update_continuous_backups,
            TableName=account.table,
            PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": False},
        ),
        Expected("aws_dynamodb_table", "point_in_time_recovery.enabled is false, was true", "TAP-REC-1"),
    ),
    "a second inline policy": ManualChange(
        lambda account: account.client("iam").put_role_policy(
            RoleName=f"role-archiver-{account.suffix}", PolicyName="emergency", PolicyDocument=allow("s3:*", "*")
        ),
        added("aws_iam_role", "the inline policy emergency was added", "TAP-IAM-1"),
    ),
    "an attached policy": ManualChange(
        lambda account: account.client("iam").attach_role_policy(
            RoleName=f"role-processor-{account.suffix}", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess"
        ),
        added("aws_iam_role", "AdministratorAccess was added", "TAP-IAM-4"),
    ),
    "a trust policy": ManualChange(
        lambda account: account.client("iam").update_assume_role_policy(
            RoleName=f"role-archiver-{account.suffix}",
            PolicyDocument=allow("sts:AssumeRole", "x", {"AWS": STRANGER}).replace('"Resource": "x", ', ""),
        ),
        Expected("aws_iam_role", "assume_role_policy", "TAP-IAM-3"),
    ),
    "a public ACL": ManualChange(
        open_bucket, added("aws_s3_bucket", "the ACL's grant of READ to AllUsers was added", "TAP-NET-4")
    ),
    "a public access block that is gone": ManualChange(
        with_the_one_before, deleted("aws_s3_bucket_public_access_block", "was deleted", "TAP-NET-1")
    ),
    "ACLs that are back": ManualChange(
        with_the_one_before,
        Expected("aws_s3_bucket_ownership_controls", "rule.object_ownership", "TAP-DOC-5"),
    ),
    "a public bucket policy": ManualChange(
        public_bucket_policy, Expected("aws_s3_bucket_policy", '"Action": "s3:GetObject"', "TAP-IAM-5")
    ),
    "versioning suspended": ManualChange(
        lambda account: account.client("s3").put_bucket_versioning(
            Bucket=account.bucket, VersioningConfiguration={"Status": "Suspended"}
        ),
        Expected("aws_s3_bucket_versioning", 'versioning_configuration.status is "Suspended"', "TAP-REC-2"),
    ),
    "notifications": ManualChange(
        lambda account: account.client("s3").put_bucket_notification_configuration(
            Bucket=account.bucket,
            NotificationConfiguration={
                "QueueConfigurations": [{"QueueArn": account.queue(), "Events": ["s3:ObjectCreated:*"]}]
            },
        ),
        added("aws_s3_bucket", "notifications to queue was added", "TAP-NET-6"),
    ),
    "a deleted alarm": ManualChange(
        lambda account: account.client("cloudwatch").delete_alarms(
            AlarmNames=[f"alarm-archiver-errors-{account.suffix}"]
        ),
        deleted("aws_cloudwatch_metric_alarm", "archiver-errors", "TAP-OBS-1"),
    ),
    "an alarm that tells nobody": ManualChange(
        lambda account: account.client("cloudwatch").disable_alarm_actions(
            AlarmNames=[f"alarm-processor-errors-{account.suffix}"]
        ),
        Expected("aws_cloudwatch_metric_alarm", "actions_enabled is false, was true", "TAP-OBS-6"),
    ),
    "a subscription": ManualChange(
        lambda account: account.client("sns").subscribe(
            TopicArn=account.topic, Protocol="sqs", Endpoint=account.queue()
        ),
        added("aws_sns_topic", "the sqs subscription of", "TAP-NET-6"),
    ),
    "a topic policy": ManualChange(
        lambda account: account.client("sns").set_topic_attributes(
            TopicArn=account.topic,
            AttributeName="Policy",
            AttributeValue=allow("sns:Publish", account.topic, "*"),
        ),
        Expected("aws_sns_topic_policy", '"Principal": "*"', "TAP-IAM-5"),
    ),
    "an event source mapping": ManualChange(
        lambda account: account.client("lambda").create_event_source_mapping(
            EventSourceArn=account.queue(), FunctionName=account.processor
        ),
        added("aws_lambda_function", "the event source mapping", "TAP-RUN-6"),
    ),
    "a permission": ManualChange(
        lambda account: account.client("lambda").add_permission(
            FunctionName=account.processor, StatementId="anyone", Action="lambda:InvokeFunction", Principal="*"
        ),
        added("aws_lambda_function", "the permission anyone of * was added", "TAP-NET-3"),
    ),
    "a function URL": ManualChange(
        lambda account: account.client("lambda").create_function_url_config(
            FunctionName=account.processor, AuthType="NONE"
        ),
        added("aws_lambda_function", "the function URL", "TAP-NET-2"),
    ),
    "tracing off": ManualChange(
        lambda account: once_settled(
            account.client("lambda").update_function_configuration,
            FunctionName=account.archiver,
            TracingConfig={"Mode": "PassThrough"},
        ),
        Expected("aws_lambda_function", 'tracing_config.mode is "PassThrough"', "TAP-RUN-3"),
    ),
    "other code": ManualChange(
        other_code, Expected("aws_lambda_function", "code_sha256 is", "TAP-RUN-7", Repair.LEAVES)
    ),
    "an archiver that was stopped": ManualChange(
        stop_archiver, Expected("aws_lambda_event_source_mapping", "enabled is false, was true", "TAP-RUN-6")
    ),
    "an open route": ManualChange(
        open_route, added("aws_apigatewayv2_api", "the route GET /open was added", "TAP-NET-2")
    ),
    "a route without authorization": ManualChange(
        unlock_route, Expected("aws_apigatewayv2_route", 'authorization_type is "NONE"', "TAP-NET-2")
    ),
    "no retention": ManualChange(
        lambda account: account.client("logs").delete_retention_policy(logGroupName=f"/aws/lambda/{account.processor}"),
        Expected("aws_cloudwatch_log_group", "retention_in_days is 0, was 365", "TAP-RUN-5", Repair.REFUSES),
    ),
    "logs that go elsewhere": ManualChange(
        lambda account: account.client("logs").put_subscription_filter(
            logGroupName=f"/aws/lambda/{account.processor}",
            filterName="copy",
            filterPattern="",
            destinationArn="arn:aws:lambda:eu-west-1:111122223333:function:copy",
        ),
        added("aws_cloudwatch_log_group", "the subscription filter copy", "TAP-NET-6"),
    ),
    "a table policy": ManualChange(
        lambda account: once_settled(
            account.client("dynamodb").put_resource_policy,
            ResourceArn=account.table_arn,
            Policy=allow("dynamodb:Scan", account.table_arn, {"AWS": STRANGER}),
        ),
        added("aws_dynamodb_table", "a policy was added", "TAP-IAM-5"),
    ),
    "a queue with AWS's key": ManualChange(
        lambda account: account.client("sqs").set_queue_attributes(
            QueueUrl=account.failures, Attributes={"KmsMasterKeyId": "alias/aws/sqs"}
        ),
        Expected("aws_sqs_queue", 'kms_master_key_id is "alias/aws/sqs"', "TAP-ENC-4"),
    ),
    "a grant": ManualChange(
        lambda account: account.client("kms").create_grant(
            KeyId=account.key, GranteePrincipal=STRANGER, Operations=["Decrypt"]
        ),
        added("aws_kms_key", "the grant of Decrypt", "TAP-IAM-7"),
    ),
    "no rotation": ManualChange(
        lambda account: account.client("kms").disable_key_rotation(KeyId=account.key),
        Expected("aws_kms_key", "enable_key_rotation is false, was true", "TAP-ENC-7"),
    ),
    "a disabled key": ManualChange(
        lambda account: account.client("kms").disable_key(KeyId=account.key),
        Expected("aws_kms_key", "is_enabled is false, was true", "TAP-DOC-5"),
    ),
    "a key on its way out": ManualChange(
        lambda account: account.client("kms").schedule_key_deletion(KeyId=account.cursors_key, PendingWindowInDays=7),
        deleted("aws_kms_key", "was deleted", "TAP-DOC-5", Repair.REPLACES),
    ),
}
