"""Reads Stripe's secret key from Secrets Manager. Only keys of the test mode are accepted. No log contains the key."""

from __future__ import annotations

import logging
import re
from typing import Any, Protocol

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from payments.calls import RETRYABLE
from payments.gateway import TIMEOUT_SECONDS

# docs.stripe.com/keys: secret and restricted keys, test mode only. lib/operations/gateway_key.py checks the same before
# it stores a key.
KEY = re.compile(r"(?:sk|rk)_test_[A-Za-z0-9_]{8,240}")
# Both attempts end within the time for a gateway call.
CONFIG = Config(
    connect_timeout=TIMEOUT_SECONDS / 8,
    read_timeout=TIMEOUT_SECONDS / 4,
    retries={"mode": "standard", "total_max_attempts": 2},
)
RETRYABLE_HERE = RETRYABLE | {"InternalServiceError"}
# At level DEBUG, the SDK logs complete answers, which contain the secret, whatever the function's log level.
logging.getLogger("botocore").setLevel(logging.INFO)


class KeyUnusableError(Exception):
    """There is no key, or the key must not be used. The message names the fix, and contains no part of the key."""


class KeyUnreachableError(Exception):
    """Secrets Manager does not answer."""


class Keys(Protocol):
    """The source of the key. Raises KeyUnusableError, KeyUnreachableError."""

    def current(self) -> str:
        """Return the key to use."""

    def renewed(self, refused: str) -> str | None:
        """Return the key that has replaced a refused one; None if it has not changed."""


class SecretsManagerKeys:
    """Reads the secret once, and again when Stripe refuses the key."""

    def __init__(self, secret_arn: str, client: Any = None) -> None:
        self._secret_arn = secret_arn
        self._client = client or boto3.client("secretsmanager", config=CONFIG)
        self._key: str | None = None

    def current(self) -> str:
        if self._key is None:
            self._key = self._read()
        return self._key

    def renewed(self, refused: str) -> str | None:
        self._key = self._read()
        return self._key if self._key != refused else None

    def _read(self) -> str:
        try:
            answer = self._client.get_secret_value(SecretId=self._secret_arn)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code in RETRYABLE_HERE:
                raise KeyUnreachableError(f"Secrets Manager answered {code}") from None
            raise KeyUnusableError(f"no key in {self._secret_arn} ({code}); store one with make gateway-key") from None
        except BotoCoreError as error:
            raise KeyUnreachableError(f"Secrets Manager did not answer: {type(error).__name__}") from None
        return checked(answer.get("SecretString", ""))


def checked(key: str) -> str:
    """Return the key if it is a key of Stripe's test mode. Raises KeyUnusableError for any other text."""
    if not KEY.fullmatch(key):
        raise KeyUnusableError(
            "the gateway's secret has no key of Stripe's test mode (sk_test_…); store one with make gateway-key"
        )
    return key
