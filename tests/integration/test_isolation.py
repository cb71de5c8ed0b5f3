"""Two callers, each with the policy that `make client-policy MERCHANT=…` prints: each reaches its own merchant alone.

Against the emulator with AUTH=true, which checks signatures and IAM policies. docs/isolation.md says what is covered.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from botocore.credentials import Credentials

from lib.access import client
from lib.targets.deployment import Deployment
from lib.targets.payments_client import PaymentsClient

pytestmark = pytest.mark.emulator_only("it makes IAM users")

COFFEE, TEA = "coffee-house", "tea-house"
Wish = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def callers(deployment: Deployment) -> Iterator[dict[str, PaymentsClient]]:
    """By merchant: a client that signs as that merchant's IAM user."""
    iam, api = deployment.client("iam"), client.Api.of_outputs(deployment.outputs)
    made: dict[str, PaymentsClient] = {}
    keys: dict[str, str] = {}
    for merchant in (COFFEE, TEA):
        iam.create_user(UserName=merchant)
        key = iam.create_access_key(UserName=merchant)["AccessKey"]
        keys[merchant] = key["AccessKeyId"]
        document = json.dumps(client.policy_of_merchant(api, merchant))
        iam.put_user_policy(UserName=merchant, PolicyName="merchant", PolicyDocument=document)
        credentials = Credentials(key["AccessKeyId"], key["SecretAccessKey"])
        made[merchant] = replace(deployment.payments, credentials=credentials).of(merchant)
    yield made
    for merchant, key_id in keys.items():
        iam.delete_user_policy(UserName=merchant, PolicyName="merchant")
        iam.delete_access_key(UserName=merchant, AccessKeyId=key_id)
        iam.delete_user(UserName=merchant)


def test_each_takes_steps_reads_and_lists_its_own(callers: dict[str, PaymentsClient], wish: Wish, key: str) -> None:
    for api in callers.values():
        made = api.create(wish(capture=False), key)
        assert made.status == 201, made.body
        payment_id = made.body["payment_id"]
        assert api.step(payment_id, "capture", None, "c").status == 200
        assert api.step(payment_id, "refunds", {"amount": 1}, "r").status == 201
        assert api.read(payment_id).body["refunded"] == 1
        assert api.list(limit="1").status == 200


def test_neither_reaches_the_others(
    callers: dict[str, PaymentsClient], deployment: Deployment, wish: Wish, key: str
) -> None:
    payment_id = callers[COFFEE].create(wish(capture=False), key).body["payment_id"]
    intruder = callers[TEA].of(COFFEE)
    answers = [
        intruder.create(wish(), key),
        intruder.read(payment_id),
        intruder.list(),
        intruder.step(payment_id, "capture", None, "c"),
        intruder.step(payment_id, "void", None, "v"),
        intruder.step(payment_id, "refunds", {"amount": 1}, "r"),
    ]
    assert [answer.status for answer in answers] == [403] * len(answers)
    assert deployment.payments.of(COFFEE).read(payment_id).body["status"] == "authorized"


def test_a_known_id_is_nothing_on_ones_own_path(callers: dict[str, PaymentsClient], wish: Wish, key: str) -> None:
    """Allowed by IAM, and not found by the function: whose payment it is stands in the ledger."""
    payment_id = callers[COFFEE].create(wish(capture=False), key).body["payment_id"]
    answers = [
        callers[TEA].read(payment_id),
        callers[TEA].step(payment_id, "capture", None, "c"),
        callers[TEA].step(payment_id, "void", None, "v"),
    ]
    assert [answer.status for answer in answers] == [404] * len(answers)


def test_the_same_key_is_another_payment_for_another_merchant(
    callers: dict[str, PaymentsClient], wish: Wish, key: str
) -> None:
    made = [api.create(wish(), key) for api in callers.values()]
    assert [answer.status for answer in made] == [201, 201]
    assert len({answer.body["payment_id"] for answer in made}) == 2


@pytest.mark.parametrize(
    "path",
    [
        "/merchants/tea-house/../coffee-house/payments",
        "/merchants/tea-house%2F..%2Fcoffee-house/payments",
        "/merchants/Coffee-House/payments",
        "/merchants/coffee-house%20/payments",
        "/merchants//coffee-house/payments",
        "/merchants/tea-house/payments/../../coffee-house/payments",
    ],
)
def test_a_path_that_looks_like_the_others_shows_none_of_its_payments(
    callers: dict[str, PaymentsClient], wish: Wish, key: str, path: str
) -> None:
    payment_id = callers[COFFEE].create(wish(), key).body["payment_id"]
    answer = callers[TEA].call("GET", path)
    assert answer.status in (400, 403, 404), answer.body
    assert payment_id not in json.dumps(answer.body)
