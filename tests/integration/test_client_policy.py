"""What `make client-policy` prints lets a client do what it names, and nothing else; checked by the emulator's IAM."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from botocore.credentials import Credentials

from lib.access import client
from lib.targets.deployment import Deployment
from lib.targets.payments_client import PaymentsClient

pytestmark = pytest.mark.emulator_only("it makes an IAM user")

USER = "user-client-policy"
Wish = Callable[..., dict[str, Any]]


@pytest.fixture
def api(outputs: dict[str, str]) -> client.Api:
    return client.Api.of_outputs(outputs)


@pytest.fixture
def routes(deployment: Deployment, api: client.Api) -> list[str]:
    return client.deployed_routes(deployment.client("apigatewayv2"), api.id)


@pytest.fixture
def create(routes: list[str]) -> str:
    """The route that takes a payment."""
    return next(route for route in routes if re.fullmatch(r"POST \S*/payments", route))


@pytest.fixture
def read(routes: list[str]) -> str:
    """The route that reads one; its last path parameter is the payment's id."""
    return next(route for route in routes if re.fullmatch(r"GET \S*/payments/\{\w+\}", route))


@pytest.fixture
def caller(deployment: Deployment, api: client.Api, routes: list[str]) -> Iterator[Callable[..., PaymentsClient]]:
    """A client that signs as a user with the policy for these routes and values."""
    iam = deployment.client("iam")
    iam.create_user(UserName=USER)
    key = iam.create_access_key(UserName=USER)["AccessKey"]
    credentials = Credentials(key["AccessKeyId"], key["SecretAccessKey"])

    def allowed(*wanted: str, **values: str) -> PaymentsClient:
        document = json.dumps(client.policy(api, routes, wanted, values))
        iam.put_user_policy(UserName=USER, PolicyName="client", PolicyDocument=document)
        return replace(deployment.payments, credentials=credentials)

    yield allowed
    for name in iam.list_user_policies(UserName=USER)["PolicyNames"]:
        iam.delete_user_policy(UserName=USER, PolicyName=name)
    iam.delete_access_key(UserName=USER, AccessKeyId=key["AccessKeyId"])
    iam.delete_user(UserName=USER)


def test_a_client_calls_what_its_policy_names(
    caller: Callable[..., PaymentsClient], wish: Wish, key: str, create: str, read: str
) -> None:
    writer = caller(create)
    taken = writer.create(wish(), key)
    assert taken.status == 201, taken.body
    payment_id = taken.body["payment_id"]
    assert writer.read(payment_id).status == 403
    assert writer.step(payment_id, "refunds", {"amount": 1}, f"{key}-refund").status == 403

    reader = caller(read)
    assert reader.read(payment_id).body["status"] == taken.body["status"]
    assert reader.create(wish(), f"{key}-second").status == 403


def test_a_value_binds_a_client_to_it(
    caller: Callable[..., PaymentsClient], wish: Wish, key: str, read: str, deployment: Deployment
) -> None:
    first, second = (deployment.payments.create(wish(), f"{key}-{part}").body["payment_id"] for part in "ab")
    parameter = re.findall(r"\{(\w+)\}", read)[-1]
    bound = caller(read, **{parameter: first})
    assert bound.read(first).status == 200
    assert bound.read(second).status == 403
