"""The part of Stripe's HTTP API that the adapter needs: form-encoded requests, JSON answers, and the meaning of errors.

docs.stripe.com/api/errors and docs.stripe.com/error-low-level. Exceptions never contain Stripe's messages, because
Stripe's messages repeat parts of the request and of the key.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

import urllib3
from botocore.httpsession import get_cert_path
from urllib3.exceptions import HTTPError
from urllib3.util import Timeout, make_headers

from payments.gateway import TIMEOUT_SECONDS
from payments.stripe_key import Keys, KeyUnreachableError

BASE = "https://api.stripe.com"
VERSION = "2026-10-28.endive"  # docs.stripe.com/api/versioning: without it, the account's setting decides
CONNECT_SECONDS = 1.0

Object = dict[str, Any]
Fields = Mapping[str, str | int]


@dataclass
class NoAnswerError(Exception):
    """The result of a request is unknown.

    `reachable`: Stripe answered. `stored`: the answer may be the one that Stripe stored for the idempotency key.
    """

    reason: str
    reachable: bool = False
    stored: bool = False


@dataclass
class DeclinedError(Exception):
    """HTTP 402: the parameters were valid, and the payment failed."""

    code: str


@dataclass
class RefusedError(Exception):
    """Stripe refused the request. If the adapter does not expect the refusal, our code is wrong, and an alarm fires."""

    status: int
    type: str
    code: str
    param: str
    request_id: str

    def __str__(self) -> str:
        return f"Stripe answered {self.status} {self.type} {self.code} {self.param} to request {self.request_id}"


class LiveModeError(Exception):
    """Stripe answered in live mode, where real money moves."""


class StripeApi:
    """The client. `base` is Stripe's address, or a loopback address in tests.

    Raises ValueError for another address, because the key would be sent there.
    """

    def __init__(self, keys: Keys, base: str = BASE, clock: Callable[[], float] = time.monotonic) -> None:
        if base != BASE and urlsplit(base).hostname != "127.0.0.1":
            raise ValueError(f"{base} is neither {BASE} nor on 127.0.0.1")
        self._keys = keys
        self._base = base
        self._clock = clock
        # The certificate authorities that the AWS SDK uses: the functions trust the same ones everywhere.
        self._pool = urllib3.PoolManager(ca_certs=get_cert_path(True))

    def call(self) -> Call:
        """Return a Call whose requests together end within TIMEOUT_SECONDS."""
        return Call(self, self._clock() + TIMEOUT_SECONDS)

    def exchange(self, method: str, path: str, body: str, headers: Mapping[str, str], deadline: float) -> Object:
        """Send a request, and repeat it if the key has been replaced. Raises this module's errors."""
        try:
            key = self._keys.current()
            answer = self._send(method, path, body, headers, key, deadline)
            if answer.status == 401 and (renewed := self._keys.renewed(key)):
                answer = self._send(method, path, body, headers, renewed, deadline)
        except KeyUnreachableError as error:
            raise NoAnswerError(str(error)) from None
        return _parsed(answer)

    def _send(
        self, method: str, path: str, body: str, headers: Mapping[str, str], key: str, deadline: float
    ) -> urllib3.BaseHTTPResponse:
        left = deadline - self._clock()
        if left <= 0:
            raise NoAnswerError("no time is left")
        try:
            return self._pool.request(
                method,
                self._base + path,
                body=body or None,
                headers={**headers, "Stripe-Version": VERSION, **make_headers(basic_auth=f"{key}:")},
                timeout=Timeout(connect=min(CONNECT_SECONDS, left), read=left, total=left),
                retries=False,  # and no redirects; the settler repeats the call
            )
        except HTTPError as error:
            raise NoAnswerError(f"no answer: {type(error).__name__}") from None


@dataclass(frozen=True)
class Call:
    """The HTTP requests of one gateway call. `deadline` is monotonic, in seconds."""

    api: StripeApi
    deadline: float

    def post(self, path: str, fields: Fields, key: str) -> Object:
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Idempotency-Key": key}
        return self.api.exchange("POST", path, urlencode(fields), headers, self.deadline)

    def get(self, path: str, **fields: str | int) -> Object:
        return self.api.exchange("GET", f"{path}?{urlencode(fields)}" if fields else path, "", {}, self.deadline)


def _parsed(answer: urllib3.BaseHTTPResponse) -> Object:
    """Return the object in a successful answer. Raises this module's errors for other answers."""
    try:
        body = json.loads(answer.data)
    except ValueError:
        body = None
    if 200 <= answer.status < 300:
        found = body.get("data", [body]) if isinstance(body, dict) else []
        if not isinstance(body, dict) or not isinstance(found, list) or not all(map(_is_payment_or_refund, found)):
            raise NoAnswerError("the answer is not from Stripe", reachable=True)
        if any(one.get("livemode", False) is not False for one in found):
            raise LiveModeError("Stripe answered in live mode; store a test-mode key with make gateway-key")
        return body
    told = body.get("error") if isinstance(body, dict) else None
    error: Mapping[str, Any] = told if isinstance(told, dict) else {}
    code = str(error.get("code") or "")
    if answer.status == 402:
        raise DeclinedError(str(error.get("decline_code") or code or "card_declined"))
    if answer.status == 409:  # another request with this key, or for the same object, is in progress
        raise NoAnswerError(f"Stripe answered 409 {code}", reachable=True)
    if answer.status in (408, 429) or answer.status >= 500:
        replayed = answer.headers.get("Idempotent-Replayed") == "true"
        raise NoAnswerError(f"Stripe answered {answer.status} {code}", replayed, stored=answer.status >= 500)
    raise RefusedError(
        answer.status,
        str(error.get("type") or "without an error object"),
        code,
        str(error.get("param") or ""),
        answer.headers.get("Request-Id") or "without an id",
    )


def _is_payment_or_refund(found: object) -> bool:
    return isinstance(found, dict) and all(isinstance(found.get(name), str) for name in ("id", "status"))
