"""What a deploy role must not do: attempts on an environment whose suffix ends like the role's, and on itself."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from lib.naming import Naming
from lib.settings import Settings

OTHER = "my-it-2"
TAGS = {"Environment": OTHER, "ManagedBy": "cdktf"}
NOBODY = json.dumps({"Version": "2012-10-17", "Statement": []})
EVERYTHING = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})

Connect = Callable[[str], Any]


def attempts(role: Connect, admin: Connect, settings: Settings) -> dict[str, str]:
    """Attempt -> the error's code, "allowed" where there was none. `admin` makes what they are on, and removes it."""
    suffix, region, state_bucket = settings.environment_suffix, settings.aws_region, settings.state_bucket
    key = admin("kms").create_key(Tags=[{"TagKey": name, "TagValue": value} for name, value in TAGS.items()])
    key_id = key["KeyMetadata"]["KeyId"]
    api = admin("apigatewayv2").create_api(Name=f"api-payments-{OTHER}", ProtocolType="HTTP", Tags=TAGS)["ApiId"]
    api_arn = f"arn:aws:apigateway:{region}::/apis/{api}"
    queue = admin("sqs").create_queue(QueueName=f"sqs-dead-letters-{OTHER}")["QueueUrl"]
    topic = admin("sns").create_topic(Name=f"sns-alerts-{OTHER}")["TopicArn"]
    admin("iam").create_role(RoleName=f"role-processor-{OTHER}", AssumeRolePolicyDocument=NOBODY)
    bucket = f"s3-archive-0000aaaa-{OTHER}"
    admin("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": region})
    group = f"/aws/lambda/lambda-processor-{OTHER}"
    admin("logs").create_log_group(logGroupName=group)
    state = f"{OTHER}/TapStack{OTHER}.tfstate"
    archive = Naming(suffix, state_bucket).bucket("archive")
    for name, path in ((state_bucket, state), (archive, "audit/a-record")):
        admin("s3").put_object(Bucket=name, Key=path, Body=b"{}")

    def widen(name: str) -> None:
        role("iam").put_role_policy(RoleName=name, PolicyName="more", PolicyDocument=EVERYTHING)

    ours = [{"TagKey": "Environment", "TagValue": suffix}]
    tried: dict[str, Callable[[], Any]] = {
        "delete its queue": lambda: role("sqs").delete_queue(QueueUrl=queue),
        "delete its topic": lambda: role("sns").delete_topic(TopicArn=topic),
        "delete its bucket": lambda: role("s3").delete_bucket(Bucket=bucket),
        "delete its log group": lambda: role("logs").delete_log_group(logGroupName=group),
        "delete its key": lambda: role("kms").schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7),
        "take its key by the tag": lambda: role("kms").tag_resource(KeyId=key_id, Tags=ours),
        "delete its API": lambda: role("apigatewayv2").delete_api(ApiId=api),
        "take its API by the tag": lambda: role("apigatewayv2").tag_resource(
            ResourceArn=api_arn, Tags={"Environment": suffix}
        ),
        "widen its role": lambda: widen(f"role-processor-{OTHER}"),
        "widen the deploy role": lambda: widen("payments-deploy"),
        "read its state": lambda: role("s3").get_object(Bucket=state_bucket, Key=state),
        "read a payment's record": lambda: role("s3").get_object(Bucket=archive, Key="audit/a-record"),
    }
    outcomes = {name: _outcome(attempt) for name, attempt in tried.items()}
    admin("kms").schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)
    admin("apigatewayv2").delete_api(ApiId=api)
    admin("sqs").delete_queue(QueueUrl=queue)
    admin("sns").delete_topic(TopicArn=topic)
    admin("iam").delete_role(RoleName=f"role-processor-{OTHER}")
    admin("s3").delete_bucket(Bucket=bucket)
    admin("logs").delete_log_group(logGroupName=group)
    return outcomes


def _outcome(attempt: Callable[[], Any]) -> str:
    try:
        attempt()
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return "allowed"
