"""An environment beside the deploy role's, whose suffix ends in the same way; and what the role must not do to it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from lib.naming import Naming
from lib.settings import Settings

OTHER = "my-it-2"
TAGS = {"Environment": OTHER, "ManagedBy": "cdktf"}
NOBODY = json.dumps({"Version": "2012-10-17", "Statement": []})
EVERYTHING = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})
ROLE = f"role-processor-{OTHER}"
BUCKET = f"s3-archive-0000aaaa-{OTHER}"
GROUP = f"/aws/lambda/lambda-processor-{OTHER}"
STATE_KEY = f"{OTHER}/TapStack{OTHER}.tfstate"

Connect = Callable[[str], Any]


@dataclass(frozen=True)
class Other:
    """Ids of its resources."""

    key: str
    api: str
    queue: str
    topic: str
    policy: str


@contextmanager
def standing(admin: Connect, settings: Settings) -> Iterator[Other]:
    """One resource of most kinds, made by the account's administrator, and removed at the end."""
    region = settings.aws_region
    pairs = [{"Key": name, "Value": value} for name, value in TAGS.items()]
    key = admin("kms").create_key(Tags=[{"TagKey": name, "TagValue": value} for name, value in TAGS.items()])
    other = Other(
        key=key["KeyMetadata"]["KeyId"],
        api=admin("apigatewayv2").create_api(Name=f"api-payments-{OTHER}", ProtocolType="HTTP", Tags=TAGS)["ApiId"],
        queue=admin("sqs").create_queue(QueueName=f"sqs-dead-letters-{OTHER}", tags=TAGS)["QueueUrl"],
        topic=admin("sns").create_topic(Name=f"sns-alerts-{OTHER}", Tags=pairs)["TopicArn"],
        policy=admin("iam").create_policy(PolicyName=f"policy-{OTHER}", PolicyDocument=EVERYTHING, Tags=pairs)[
            "Policy"
        ]["Arn"],
    )
    admin("iam").create_role(RoleName=ROLE, AssumeRolePolicyDocument=NOBODY, Tags=pairs)
    admin("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": region})
    admin("s3").put_bucket_tagging(Bucket=BUCKET, Tagging={"TagSet": pairs})
    admin("logs").create_log_group(logGroupName=GROUP, tags=TAGS)
    admin("s3").put_object(Bucket=settings.state_bucket, Key=STATE_KEY, Body=b"{}")
    yield other
    admin("kms").schedule_key_deletion(KeyId=other.key, PendingWindowInDays=7)
    admin("apigatewayv2").delete_api(ApiId=other.api)
    admin("sqs").delete_queue(QueueUrl=other.queue)
    admin("sns").delete_topic(TopicArn=other.topic)
    admin("iam").delete_policy(PolicyArn=other.policy)
    admin("iam").delete_role(RoleName=ROLE)
    admin("s3").delete_bucket(Bucket=BUCKET)
    admin("logs").delete_log_group(logGroupName=GROUP)


def attempts(role: Connect, admin: Connect, other: Other, settings: Settings) -> dict[str, str]:
    """What the role must not do -> the error's code, "allowed" if there was none."""
    suffix, state_bucket = settings.environment_suffix, settings.state_bucket
    archive = Naming(suffix, state_bucket).bucket("archive")
    admin("s3").put_object(Bucket=archive, Key="audit/a-record", Body=b"{}")
    api_arn = f"arn:aws:apigateway:{settings.aws_region}::/apis/{other.api}"
    ours = [{"TagKey": "Environment", "TagValue": suffix}]

    def widen(name: str) -> None:
        role("iam").put_role_policy(RoleName=name, PolicyName="more", PolicyDocument=EVERYTHING)

    tried: dict[str, Callable[[], Any]] = {
        "delete its queue": lambda: role("sqs").delete_queue(QueueUrl=other.queue),
        "delete its topic": lambda: role("sns").delete_topic(TopicArn=other.topic),
        "delete its bucket": lambda: role("s3").delete_bucket(Bucket=BUCKET),
        "delete its log group": lambda: role("logs").delete_log_group(logGroupName=GROUP),
        "delete its key": lambda: role("kms").schedule_key_deletion(KeyId=other.key, PendingWindowInDays=7),
        "change the tag of its key to ours": lambda: role("kms").tag_resource(KeyId=other.key, Tags=ours),
        "delete its API": lambda: role("apigatewayv2").delete_api(ApiId=other.api),
        "change the tag of its API to ours": lambda: role("apigatewayv2").tag_resource(
            ResourceArn=api_arn, Tags={"Environment": suffix}
        ),
        "widen its role": lambda: widen(ROLE),
        "widen the deploy role": lambda: widen("payments-deploy"),
        "read its state": lambda: role("s3").get_object(Bucket=state_bucket, Key=STATE_KEY),
        "read a payment's record": lambda: role("s3").get_object(Bucket=archive, Key="audit/a-record"),
    }
    return {name: _outcome(attempt) for name, attempt in tried.items()}


def _outcome(attempt: Callable[[], Any]) -> str:
    try:
        attempt()
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return "allowed"
