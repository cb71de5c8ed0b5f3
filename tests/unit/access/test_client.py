"""The policy of an API client: exactly the routes that it names."""

from __future__ import annotations

from fnmatch import fnmatchcase

import pytest

from lib.access import client
from lib.errors import ToolError

API = client.Api("a1b2c3d4e5", "aws", "eu-west-1", "123456789012")
ROUTES = ["GET /payments/{payment_id}", "POST /payments", "POST /payments/{payment_id}/refunds"]


def resources(*wanted: str, **values: str) -> list[str]:
    (statement,) = client.policy(API, ROUTES, wanted, values)["Statement"]
    assert statement["Effect"] == "Allow"
    assert statement["Action"] == ["execute-api:Invoke"]
    found: list[str] = statement["Resource"]
    return found


def test_a_route_is_a_method_and_a_path_of_the_api_s_one_stage() -> None:
    assert resources("POST /payments") == [
        "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/$default/POST/payments"
    ]


def test_a_path_parameter_is_any_value_or_the_one_that_is_given() -> None:
    (any_payment,) = resources("POST /payments/{payment_id}/refunds")
    assert any_payment.endswith("/$default/POST/payments/*/refunds")
    (one_payment,) = resources("GET /payments/{payment_id}", payment_id="pay-1")
    assert one_payment.endswith("/$default/GET/payments/pay-1")


@pytest.mark.parametrize(
    ("wanted", "values", "said"),
    [
        ((), {}, "ROUTES is empty; name at least one of: GET /payments/{payment_id}, POST /payments"),
        (("POST /payment",), {}, "'POST /payment', which the API does not have"),
        (("* /payments",), {}, "which the API does not have"),
        (
            ("POST /payments",),
            {"merchant_id": "shop"},
            "'merchant_id', which is not a path parameter of POST /payments",
        ),
    ],
)
def test_what_the_api_does_not_have_is_refused(wanted: tuple[str, ...], values: dict[str, str], said: str) -> None:
    with pytest.raises(ToolError) as error:
        client.policy(API, ROUTES, wanted, values)
    assert said in str(error.value)


def test_values_are_no_patterns() -> None:
    assert client.values("merchant_id=shop-1, payment_id=p.2") == {"merchant_id": "shop-1", "payment_id": "p.2"}
    for text in (
        "merchant_id=*",
        "merchant_id=a/b",
        "merchant_id=",
        "=shop",
        "merchant_id",
        "m=${aws:username}",
        "m=a?",
    ):
        with pytest.raises(ToolError, match="write name=value"):
            client.values(text)


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com",
        "http://127.0.0.1:4566/_aws/execute-api/a1b2c3d4e5/$default",
    ],
)
def test_the_api_is_that_of_the_outputs(endpoint: str) -> None:
    outputs = {"api_endpoint": endpoint, "kms_key_arn": "arn:aws:kms:eu-west-1:123456789012:key/1234"}
    assert client.Api.of_outputs(outputs) == API


def test_a_merchant_s_policy_names_its_paths_alone() -> None:
    api = client.Api("a1b2c3", "aws", "eu-west-1", "123456789012")
    (statement,) = client.policy_of_merchant(api, "coffee-house")["Statement"]
    assert statement["Action"] == ["execute-api:Invoke"]
    (resource,) = statement["Resource"]
    assert resource == "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3/$default/*/merchants/coffee-house/*"
    assert not fnmatchcase(resource.replace("coffee-house", "coffee-house-2").replace("*", "x"), resource)


@pytest.mark.parametrize("merchant", ["*", "coffee*", "a/b", "?", "${aws:username}", "a b"])
def test_a_merchant_that_could_be_a_pattern_is_refused(merchant: str) -> None:
    with pytest.raises(ToolError, match="MERCHANT is"):
        client.policy_of_merchant(client.Api("a", "aws", "eu-west-1", "1" * 12), merchant)
