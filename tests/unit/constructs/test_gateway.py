"""The gateway: which one the functions ask, and the secret that holds its key."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lib.errors import SettingsError

if TYPE_CHECKING:
    from tests.unit.conftest import Synthesize, Template

ASKING = ("processor", "settler")


@pytest.fixture
def stripe(synthesize: Synthesize) -> Template:
    return synthesize(context={"payment_gateway": "stripe"})


def test_by_default_no_money_moves_and_there_is_no_secret(template: Template) -> None:
    """The archiver asks no gateway."""
    assert not list(template.of_type("aws_secretsmanager_secret"))
    assert template.json["output"]["gateway_secret_arn"]["value"] == ""
    for name in ASKING:
        variables = template[f"{name}/function"]["environment"]["variables"]
        assert variables["PAYMENT_GATEWAY"] == "simulated"
        assert "GATEWAY_SECRET_ARN" not in variables
    assert "PAYMENT_GATEWAY" not in template["archiver/function"]["environment"]["variables"]


def test_the_secret_is_encrypted_and_goes_at_once_with_its_name(stripe: Template) -> None:
    """Without a value: Terraform would keep it in the state."""
    secret = stripe["gateway/secret"]
    assert secret["name"] == "secret-gateway-dev"
    assert secret["kms_key_id"] == stripe.ref("encryption/key", "arn")
    assert secret["recovery_window_in_days"] == 0
    assert not list(stripe.of_type("aws_secretsmanager_secret_version"))
    assert stripe.json["output"]["gateway_secret_arn"]["value"] == stripe.ref("gateway/secret", "arn")


@pytest.mark.parametrize("name", ASKING)
def test_who_asks_the_gateway_reads_its_secret_and_no_other(stripe: Template, name: str) -> None:
    statements = stripe.statements(f"{name}/policy_document")
    secret = stripe.ref("gateway/secret", "arn")
    assert statements["GatewaySecret"]["actions"] == ["secretsmanager:GetSecretValue"]
    assert statements["GatewaySecret"]["resources"] == [secret]
    assert statements["GatewaySecretKey"]["actions"] == ["kms:Decrypt"]
    assert stripe.conditions(statements["GatewaySecretKey"]) == {
        ("StringEquals", "kms:ViaService"): ["secretsmanager.REGION.amazonaws.com"]
    }
    variables = stripe[f"{name}/function"]["environment"]["variables"]
    assert (variables["PAYMENT_GATEWAY"], variables["GATEWAY_SECRET_ARN"]) == ("stripe", secret)


def test_the_archiver_reads_no_secret(stripe: Template) -> None:
    assert not {"GatewaySecret", "GatewaySecretKey"} & set(stripe.statements("archiver/policy_document"))


def test_another_gateway_is_refused(synthesize: Synthesize) -> None:
    with pytest.raises(SettingsError, match=r"payment_gateway is 'adyen'.*simulated or stripe"):
        synthesize(context={"payment_gateway": "adyen"})
