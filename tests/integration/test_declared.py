"""What stands there is what the stack declares, asked of each service."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lib.targets.deployment import Deployment
from lib.targets.pages import pages

pytestmark = pytest.mark.aws

OUTPUTS = {
    "api_endpoint",
    "transactions_table_name",
    "audit_bucket_name",
    "payment_function_name",
    "archive_function_name",
    "alerts_topic_arn",
    "dead_letter_queue_url",
    "dashboard_name",
    "kms_key_arn",
}
FUNCTIONS = ("payment_function_name", "archive_function_name")


def test_outputs_have_their_promised_names(outputs: dict[str, str]) -> None:
    assert outputs.keys() >= OUTPUTS


def test_table_is_encrypted_recoverable_streaming_and_deletable(
    deployment: Deployment, outputs: dict[str, str], suffix: str
) -> None:
    client, name = deployment.client("dynamodb"), outputs["transactions_table_name"]
    table = client.describe_table(TableName=name)["Table"]
    assert name == f"dynamodb-transactions-{suffix}"
    assert table["SSEDescription"]["SSEType"] == "KMS"
    assert table["SSEDescription"]["KMSMasterKeyArn"] == outputs["kms_key_arn"]
    assert table["DeletionProtectionEnabled"] is False
    assert table["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert table["StreamSpecification"] == {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
    indexes = {index["IndexName"]: index for index in table["GlobalSecondaryIndexes"]}
    keys = {index: [key["AttributeName"] for key in found["KeySchema"]] for index, found in indexes.items()}
    assert keys == {
        f"index-merchant-{suffix}": ["merchant_id", "created_at"],
        f"index-pending-{suffix}": ["awaiting", "due_at"],
    }
    for index in indexes.values():
        assert index["Projection"]["ProjectionType"] == "INCLUDE"
        assert "payment_token" not in index["Projection"]["NonKeyAttributes"]
    backups = client.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"


def test_the_settler_runs_every_minute(deployment: Deployment, outputs: dict[str, str], suffix: str) -> None:
    events, functions = deployment.client("events"), deployment.client("lambda")
    rule = events.describe_rule(Name=f"rule-settler-{suffix}")
    assert (rule["ScheduleExpression"], rule["State"]) == ("rate(1 minute)", "ENABLED")
    (target,) = events.list_targets_by_rule(Rule=rule["Name"])["Targets"]
    (alias,) = functions.list_aliases(FunctionName=outputs["settler_function_name"])["Aliases"]
    assert target["Arn"] == alias["AliasArn"]
    assert target["DeadLetterConfig"]["Arn"].endswith(f":sqs-settler-dead-letters-{suffix}")


def test_archive_is_encrypted_versioned_private_and_logged(deployment: Deployment, outputs: dict[str, str]) -> None:
    client, bucket = deployment.client("s3"), outputs["audit_bucket_name"]
    (rule,) = client.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"] == {
        "SSEAlgorithm": "aws:kms",
        "KMSMasterKeyID": outputs["kms_key_arn"],
    }
    assert_guarded(client, bucket)
    logging = client.get_bucket_logging(Bucket=bucket)["LoggingEnabled"]
    assert logging["TargetBucket"] != bucket


def test_access_log_bucket_is_guarded_as_well_as_aws_allows(deployment: Deployment, outputs: dict[str, str]) -> None:
    client = deployment.client("s3")
    bucket = client.get_bucket_logging(Bucket=outputs["audit_bucket_name"])["LoggingEnabled"]["TargetBucket"]
    (rule,) = client.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    assert_guarded(client, bucket)
    delivery = [item for item in policy_of(client, bucket) if item["Effect"] == "Allow"]
    assert [item["Principal"] for item in delivery] == [{"Service": "logging.s3.amazonaws.com"}]
    assert delivery[0]["Condition"]["ArnLike"]["aws:SourceArn"].endswith(outputs["audit_bucket_name"])


def assert_guarded(client: Any, bucket: str) -> None:
    assert client.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    block = client.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    assert block == dict.fromkeys(block, True)
    assert len(block) == 4
    ownership = client.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"]["Rules"]
    assert ownership == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    rules = client.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    assert {rule["Status"] for rule in rules} == {"Enabled"}
    assert [rule for rule in rules if "AbortIncompleteMultipartUpload" in rule]
    for rule in rules:
        if "NoncurrentVersionExpiration" in rule:
            least = 365 if rule["Filter"].get("Prefix") == "audit/" else 1
            assert rule["NoncurrentVersionExpiration"]["NoncurrentDays"] >= least
    denied = [item for item in policy_of(client, bucket) if item["Effect"] == "Deny"]
    assert {"Bool": {"aws:SecureTransport": "false"}} in [item["Condition"] for item in denied]
    assert all(item["Principal"] in ("*", {"AWS": "*"}) for item in denied)


def policy_of(client: Any, bucket: str) -> list[dict[str, Any]]:
    statements: list[dict[str, Any]] = json.loads(client.get_bucket_policy(Bucket=bucket)["Policy"])["Statement"]
    return statements


@pytest.mark.parametrize("output", FUNCTIONS)
def test_functions_run_traced_encrypted_and_with_somewhere_to_fail(
    deployment: Deployment, outputs: dict[str, str], output: str
) -> None:
    client, name = deployment.client("lambda"), outputs[output]
    made = client.get_function_configuration(FunctionName=name)
    assert made["Runtime"] == "python3.12"
    assert made["Architectures"] == ["arm64"]
    assert made["TracingConfig"] == {"Mode": "Active"}
    assert made["KMSKeyArn"] == outputs["kms_key_arn"]
    assert ":sqs:" in made["DeadLetterConfig"]["TargetArn"]
    assert made["LoggingConfig"]["LogGroup"] == f"/aws/lambda/{name}"
    (alias,) = pages(client, "list_aliases", "Aliases", FunctionName=name)
    assert alias["FunctionVersion"].isdigit(), "an alias of a published version, not of $LATEST"


def test_archiver_follows_the_stream_and_gives_up_to_a_queue(deployment: Deployment, outputs: dict[str, str]) -> None:
    mappings = pages(deployment.client("lambda"), "list_event_source_mappings", "EventSourceMappings")
    (mapping,) = [item for item in mappings if outputs["archive_function_name"] in item["FunctionArn"]]
    assert f"table/{outputs['transactions_table_name']}/stream/" in mapping["EventSourceArn"]
    assert mapping["State"] == "Enabled"
    assert mapping["BisectBatchOnFunctionError"] is True
    assert ":sqs:" in mapping["DestinationConfig"]["OnFailure"]["Destination"]


@pytest.mark.parametrize("output", FUNCTIONS)
def test_roles_trust_lambda_alone_and_have_no_wildcard_action(
    deployment: Deployment, outputs: dict[str, str], output: str
) -> None:
    client = deployment.client("iam")
    arn = deployment.client("lambda").get_function_configuration(FunctionName=outputs[output])["Role"]
    role = client.get_role(RoleName=arn.split("/")[-1])["Role"]
    trusted = role["AssumeRolePolicyDocument"]["Statement"]
    assert [item["Principal"] for item in trusted] == [{"Service": "lambda.amazonaws.com"}]
    attached = pages(client, "list_attached_role_policies", "AttachedPolicies", RoleName=role["RoleName"])
    assert list(attached) == []
    for name in pages(client, "list_role_policies", "PolicyNames", RoleName=role["RoleName"]):
        document = client.get_role_policy(RoleName=role["RoleName"], PolicyName=name)["PolicyDocument"]
        actions = [action for item in document["Statement"] for action in _list(item["Action"])]
        assert actions
        assert not [action for action in actions if "*" in action]
        assert "logs:CreateLogGroup" not in actions, "such a group would outlive the stack"


def _list(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def test_log_groups_are_encrypted_and_expire(deployment: Deployment, outputs: dict[str, str], suffix: str) -> None:
    groups = pages(deployment.client("logs"), "describe_log_groups", "logGroups")
    ours = [group for group in groups if group["logGroupName"].endswith(f"-{suffix}")]
    assert {group["logGroupName"] for group in ours} >= {f"/aws/lambda/{outputs[name]}" for name in FUNCTIONS}
    assert [group["logGroupName"] for group in ours if group["logGroupName"].startswith("/aws/vendedlogs/")]
    for group in ours:
        assert group["kmsKeyId"] == outputs["kms_key_arn"], group["logGroupName"]
        assert group["retentionInDays"] >= 365, group["logGroupName"]


def test_key_rotates_and_goes_by_its_alias(deployment: Deployment, outputs: dict[str, str], suffix: str) -> None:
    client, arn = deployment.client("kms"), outputs["kms_key_arn"]
    assert client.get_key_rotation_status(KeyId=arn)["KeyRotationEnabled"] is True
    assert client.describe_key(KeyId=f"alias/kms-payments-{suffix}")["KeyMetadata"]["Arn"] == arn


def test_queues_are_encrypted_and_over_tls_only(deployment: Deployment, outputs: dict[str, str]) -> None:
    client = deployment.client("sqs")
    for url in (outputs["dead_letter_queue_url"], outputs["archive_failures_queue_url"]):
        found = client.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        assert found["KmsMasterKeyId"] == outputs["kms_key_arn"]
        assert int(found["MessageRetentionPeriod"]) == 14 * 24 * 60 * 60
        assert "aws:SecureTransport" in found["Policy"]


def test_topic_is_encrypted_and_open_to_our_alarms_alone(deployment: Deployment, outputs: dict[str, str]) -> None:
    arn = outputs["alerts_topic_arn"]
    found = deployment.client("sns").get_topic_attributes(TopicArn=arn)["Attributes"]
    assert found["KmsMasterKeyId"] == outputs["kms_key_arn"]
    allowed = [item for item in json.loads(found["Policy"])["Statement"] if item["Effect"] == "Allow"]
    assert [item["Principal"] for item in allowed] == [{"Service": "cloudwatch.amazonaws.com"}]


def test_every_route_asks_for_a_signature(deployment: Deployment, suffix: str) -> None:
    client = deployment.client("apigatewayv2")
    (api,) = [item for item in pages(client, "get_apis", "Items") if item["Name"] == f"api-payments-{suffix}"]
    routes = list(pages(client, "get_routes", "Items", ApiId=api["ApiId"]))
    assert {route["RouteKey"] for route in routes} >= {
        "POST /merchants/{merchant_id}/payments",
        "GET /merchants/{merchant_id}/payments/{payment_id}",
    }
    assert {route["AuthorizationType"] for route in routes} == {"AWS_IAM"}
    (stage,) = pages(client, "get_stages", "Items", ApiId=api["ApiId"])
    assert stage["StageName"] == "$default"
    assert stage["DefaultRouteSettings"]["ThrottlingRateLimit"] > 0
    assert "/aws/vendedlogs/" in stage["AccessLogSettings"]["DestinationArn"]


def test_dashboard_is_readable_json(deployment: Deployment, outputs: dict[str, str]) -> None:
    body = deployment.client("cloudwatch").get_dashboard(DashboardName=outputs["dashboard_name"])["DashboardBody"]
    assert json.loads(body)["widgets"]
