"""Stripe's secret key: of the test mode only, kept in Secrets Manager, and in no text that anybody reads."""

from __future__ import annotations

import logging
import re
from typing import Any, Protocol

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from payments.calls import RETRYABLE
from payments.gateway import TIMEOUT_SECONDS

# docs.stripe.com/keys: secret and restricted keys; what a live key does is real. lib/operations/gateway_key.py refuses
# the same before a key is stored.
KEY = re.compile(r"(?:sk|rk)_test_[A-Za-z0-9_]{8,240}")
# Both tries end before the gateway's time is over.
CONFIG = Config(
    connect_timeout=TIMEOUT_SECONDS / 8,
    read_timeout=TIMEOUT_SECONDS / 4,
    retries={"mode": "standard", "total_max_attempts": 2},
)
RETRYABLE_HERE = RETRYABLE | {"InternalServiceError"}
# At the level DEBUG, the SDK would log answers whole, whatever the function's log level: the secret stands in one.
logging.getLogger("botocore").setLevel(logging.INFO)


class KeyUnusableError(Exception):
    """There is no key, or none that may be used. Says what to do, and nothing of the key."""


class KeyUnreachableError(Exception):
    """Secrets Manager does not answer just now."""


class Keys(Protocol):
    """Where the key comes from. Raises KeyUnusableError, KeyUnreachableError."""

    def current(self) -> str:
        """The key to use."""

    def renewed(self, refused: str) -> str | None:
        """The key that has replaced one that Stripe refused; None if it is the same."""


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
            raise KeyUnusableError(f"no key in {self._secret_arn} ({code}); make gateway-key stores one") from None
        except BotoCoreError as error:
            raise KeyUnreachableError(f"Secrets Manager did not answer: {type(error).__name__}") from None
        return checked(answer.get("SecretString", ""))


def checked(key: str) -> str:
    """The key, if it is one of Stripe's test mode. Raises KeyUnusableError."""
    if not KEY.fullmatch(key):
        raise KeyUnusableError(
            "the gateway's secret holds no key of Stripe's test mode, like sk_test_…; make gateway-key stores one"
        )
    return key
