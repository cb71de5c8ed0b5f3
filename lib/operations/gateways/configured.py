"""The gateways whose records can be read: the simulated one, and Stripe if the deployment has a key."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from lib.operations.deployed import Deployed
from lib.operations.gateways.record import Gateway
from lib.operations.gateways.simulated import Simulated
from lib.operations.gateways.stripe import BASE, Stripe

STRIPE_BASE = "STRIPE_BASE"  # for tests: an address on 127.0.0.1


def configured(stack: Deployed, environ: Mapping[str, str] = os.environ) -> dict[str, Gateway]:
    """Return name -> gateway. Raises ToolError if the stored key is not for the test mode, and ClientError."""
    found: dict[str, Gateway] = {"simulated": Simulated()}
    secret_arn = stack.outputs.get("gateway_secret_arn", "")
    if secret_arn and (key := _secret(stack.connect("secretsmanager"), secret_arn)):
        found["stripe"] = Stripe(key, environ.get(STRIPE_BASE, BASE))
    return found


def _secret(client: Any, arn: str) -> str:
    """Return the secret's value; empty if no key was stored yet."""
    try:
        return str(client.get_secret_value(SecretId=arn).get("SecretString", ""))
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
        return ""
