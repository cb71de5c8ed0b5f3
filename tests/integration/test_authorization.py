"""Who is let in: a signature is checked, and what its signer may do; the deployed functions work under their own roles.

Against the emulator with AUTH=true. The stack's own credentials are let through everywhere, so these are users'.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from botocore.credentials import Credentials

from lib.targets.deployment import Deployment
from lib.targets.pages import pages
from lib.targets.payments_client import PaymentsClient

pytestmark = pytest.mark.emulator_only("it makes IAM users")

Wish = Callable[..., dict[str, Any]]


@pytest.fixture
def user(deployment: Deployment) -> Iterator[Callable[[str | None], PaymentsClient]]:
    """A client of the API that signs as a new IAM user, who may invoke what the resource says, or nothing."""
    iam = deployment.client("iam")
    made: list[tuple[str, str]] = []

    def make(resource: str | None) -> PaymentsClient:
        name = f"user-it-{len(made)}"
        iam.create_user(UserName=name)
        key = iam.create_access_key(UserName=name)["AccessKey"]
        made.append((name, key["AccessKeyId"]))
        if resource:
            statement = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": resource}
            document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
            iam.put_user_policy(UserName=name, PolicyName="may-invoke", PolicyDocument=document)
        return replace(deployment.payments, credentials=Credentials(key["AccessKeyId"], key["SecretAccessKey"]))

    yield make
    for name, key in made:
        for policy in pages(iam, "list_user_policies", "PolicyNames", UserName=name):
            iam.delete_user_policy(UserName=name, PolicyName=policy)
        iam.delete_access_key(UserName=name, AccessKeyId=key)
        iam.delete_user(UserName=name)


def test_a_user_with_the_permission_pays(user: Callable[[str | None], PaymentsClient], wish: Wish, key: str) -> None:
    taken = user("arn:aws:execute-api:*:*:*/$default/POST/merchants/*/payments").create(wish(), key)
    assert taken.status == 201, taken.body


def test_a_user_without_the_permission_is_refused(
    user: Callable[[str | None], PaymentsClient], wish: Wish, key: str, deployment: Deployment
) -> None:
    assert user(None).create(wish(), key).status == 403
    assert user("arn:aws:execute-api:*:*:*/$default/GET/*").create(wish(), key).status == 403
    assert deployment.payments.create(wish(), key).status == 201  # so neither has left a payment behind


def test_a_wrong_signature_is_refused(
    user: Callable[[str | None], PaymentsClient], wish: Wish, key: str, deployment: Deployment
) -> None:
    client = user("arn:aws:execute-api:*:*:*")
    forged = replace(client, credentials=Credentials(client.credentials.access_key, "not the secret"))
    assert forged.create(wish(), key).status == 403
    stranger = replace(client, credentials=Credentials("AKIAIOSFODNN7EXAMPLE", "nobody's secret"))
    assert stranger.create(wish(), key).status == 403
    assert client.create(wish(), key, signed=False).status == 403
    assert deployment.payments.create(wish(), key).status == 201


def test_a_user_reaches_neither_the_table_nor_the_archive(
    user: Callable[[str | None], PaymentsClient], deployment: Deployment, outputs: dict[str, str]
) -> None:
    """Who may call the API may not go around it."""
    import boto3
    from botocore.exceptions import ClientError

    payer = user("arn:aws:execute-api:*:*:*")
    around = {
        "region_name": deployment.stack.region,
        "endpoint_url": payer.endpoint.partition("/_aws")[0],
        "aws_access_key_id": payer.credentials.access_key,
        "aws_secret_access_key": payer.credentials.secret_key,
        "verify": payer.authority,
    }
    with pytest.raises(ClientError, match="AccessDenied"):
        boto3.client("dynamodb", **around).scan(TableName=outputs["transactions_table_name"])
    with pytest.raises(ClientError, match="AccessDenied"):
        boto3.client("s3", **around).list_objects_v2(Bucket=outputs["audit_bucket_name"])
