"""The account of the deployed stack, and what somebody does in it by hand that takes more than one call."""

from __future__ import annotations

import io
import json
import uuid
import zipfile
from dataclasses import dataclass, field
from typing import Any

from lib.targets.deployment import Deployment
from lib.targets.pages import pages
from tests.integration.settled import once_settled

STRANGER = "arn:aws:iam::111122223333:root"


@dataclass
class Account:
    """The deployed stack's names, and clients for it."""

    deployment: Deployment
    queues: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        outputs = self.deployment.outputs
        self.client = self.deployment.client
        self.table = outputs["transactions_table_name"]
        self.bucket = outputs["audit_bucket_name"]
        self.processor, self.archiver = outputs["payment_function_name"], outputs["archive_function_name"]
        self.topic, self.key = outputs["alerts_topic_arn"], outputs["kms_key_arn"]
        self.failures = outputs["archive_failures_queue_url"]
        self.suffix = self.archiver.removeprefix("lambda-archiver-")

    @property
    def api(self) -> str:
        apis = pages(self.client("apigatewayv2"), "get_apis", "Items")
        return next(item["ApiId"] for item in apis if item["Name"] == f"api-payments-{self.suffix}")

    @property
    def table_arn(self) -> str:
        return str(self.client("dynamodb").describe_table(TableName=self.table)["Table"]["TableArn"])

    @property
    def cursors_key(self) -> str:
        aliases = pages(self.client("kms"), "list_aliases", "Aliases")
        name = f"alias/kms-cursors-{self.suffix}"
        return next(item["TargetKeyId"] for item in aliases if item["AliasName"] == name)

    def queue(self) -> str:
        """A queue that is not of the stack, and that takes messages of everybody; its ARN."""
        region, account = self.topic.split(":")[3:5]
        name = f"sqs-it-{uuid.uuid4().hex}"
        arn = f"arn:aws:sqs:{region}:{account}:{name}"
        made = self.client("sqs").create_queue(
            QueueName=name, Attributes={"Policy": allow("sqs:SendMessage", arn, "*")}
        )
        self.queues.append(made["QueueUrl"])
        return arn

    def statements(self, policy: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(policy)["Statement"]
        return found

    def bring_back_the_key(self) -> None:
        """`make deploy` would put another one in its place."""
        self.client("kms").cancel_key_deletion(KeyId=self.cursors_key)
        self.client("kms").enable_key(KeyId=self.cursors_key)

    def tidy(self) -> None:
        for url in self.queues:
            self.client("sqs").delete_queue(QueueUrl=url)


def allow(action: str, resource: str, principal: Any = None) -> str:
    statement = {"Effect": "Allow", "Action": action, "Resource": resource}
    if principal:
        statement["Principal"] = principal
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def open_bucket(account: Account) -> None:
    """A public bucket needs three changes: the block goes, ACLs come back, and one lets everybody read."""
    s3, bucket = account.client("s3"), account.bucket
    s3.delete_public_access_block(Bucket=bucket)
    controls = {"Rules": [{"ObjectOwnership": "ObjectWriter"}]}
    s3.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls=controls)
    s3.put_bucket_acl(Bucket=bucket, ACL="public-read")


def public_bucket_policy(account: Account) -> None:
    s3, bucket = account.client("s3"), account.bucket
    statements = account.statements(s3.get_bucket_policy(Bucket=bucket)["Policy"])
    public = account.statements(allow("s3:GetObject", f"arn:aws:s3:::{bucket}/*", "*"))
    policy = {"Version": "2012-10-17", "Statement": [*statements, *public]}
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))


def other_code(account: Account) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        file.writestr("handler.py", "")
    once_settled(
        account.client("lambda").update_function_code, FunctionName=account.processor, ZipFile=content.getvalue()
    )


def open_route(account: Account) -> None:
    client = account.client("apigatewayv2")
    integration = next(pages(client, "get_integrations", "Items", ApiId=account.api))["IntegrationId"]
    once_settled(
        client.create_route,
        ApiId=account.api,
        RouteKey="GET /open",
        AuthorizationType="NONE",
        Target=f"integrations/{integration}",
    )


def unlock_route(account: Account) -> None:
    client = account.client("apigatewayv2")
    routes = pages(client, "get_routes", "Items", ApiId=account.api)
    route = next(item["RouteId"] for item in routes if item["RouteKey"].endswith("/payments/{payment_id}"))
    once_settled(client.update_route, ApiId=account.api, RouteId=route, AuthorizationType="NONE")


def stop_archiver(account: Account) -> None:
    client = account.client("lambda")
    mappings = pages(client, "list_event_source_mappings", "EventSourceMappings")
    uuid_ = next(item["UUID"] for item in mappings if item["FunctionArn"].split(":")[6] == account.archiver)
    once_settled(client.update_event_source_mapping, UUID=uuid_, Enabled=False)
