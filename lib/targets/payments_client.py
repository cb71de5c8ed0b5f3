"""A client of the deployed HTTP API for one merchant.

The client signs its requests with Signature Version 4. It repeats requests that the API throttles. This is safe,
because a throttled request has reached no function.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote, urlencode

import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from lib.targets.backoff import pauses, wait_seconds

TIMEOUT_SECONDS, PATIENCE_SECONDS = 30.0, 60.0
THROTTLED = 429


@dataclass(frozen=True)
class Answer:
    """An answer of the API. `body` is the parsed JSON, else the text. The names of `headers` ignore case."""

    status: int
    headers: Mapping[str, str]
    body: Any


@dataclass(frozen=True)
class PaymentsClient:
    """A client for one merchant. `endpoint` has no trailing slash.

    `through_proxies`: use the proxies that environment variables name. `authority`: a PEM file with the endpoint's
    certificate authority; None for a public one.
    """

    endpoint: str
    region: str
    credentials: Credentials
    merchant_id: str
    through_proxies: bool = True
    authority: str | None = None
    timeout: float = TIMEOUT_SECONDS  # seconds to connect, and seconds between two bytes of an answer
    patience: float = PATIENCE_SECONDS  # seconds for which a throttled request is repeated

    @property
    def path(self) -> str:
        """The path of the merchant's payments: `/merchants/coffee-house/payments`."""
        return f"/merchants/{quote(self.merchant_id, safe='')}/payments"

    def of(self, merchant_id: str) -> PaymentsClient:
        """Return a client for another merchant, with the credentials of this client."""
        return replace(self, merchant_id=merchant_id)

    def create(self, body: Any, idempotency_key: str | None, *, signed: bool = True) -> Answer:
        """Create a payment. `body` is sent as JSON, or unchanged if it is a string."""
        headers = {"content-type": "application/json"}
        if idempotency_key is not None:
            headers["idempotency-key"] = idempotency_key
        data = body if isinstance(body, str) else json.dumps(body)
        return self.call("POST", self.path, headers, data, signed=signed)

    def read(self, payment_id: str, *, signed: bool = True) -> Answer:
        """Read one payment."""
        return self.call("GET", f"{self.path}/{quote(payment_id, safe='')}", signed=signed)

    def list(self, **query: str) -> Answer:
        """Read a page of the merchant's payments. `query`: limit, cursor, to; `from` as `**{"from": …}`."""
        return self.call("GET", self.path, query=query)

    def step(self, payment_id: str, name: str, body: Any, idempotency_key: str) -> Answer:
        """Send a capture, void or refund. If `body` is None, the request has an empty body."""
        headers = {"content-type": "application/json", "idempotency-key": idempotency_key}
        return self.call("POST", f"{self.path}/{payment_id}/{name}", headers, "" if body is None else json.dumps(body))

    def call(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str] | None = None,
        data: str = "",
        *,
        query: Mapping[str, str] | None = None,
        signed: bool = True,
    ) -> Answer:
        """Send a request and return the answer, 429 only after `patience`.

        Raises requests.RequestException if there is no answer.
        """
        url = f"{self.endpoint}{path}" + (f"?{urlencode(query)}" if query else "")
        end = time.monotonic() + self.patience
        for pause in pauses():
            answer = self._send(method, url, headers or {}, data, signed=signed)
            if answer.status != THROTTLED or time.monotonic() >= end:
                break
            time.sleep(wait_seconds(pause, answer.headers))
        return answer

    def _send(self, method: str, url: str, headers: Mapping[str, str], data: str, *, signed: bool) -> Answer:
        request = AWSRequest(method=method, url=url, data=data.encode(), headers=dict(headers))
        if signed:
            SigV4Auth(self.credentials, "execute-api", self.region).add_auth(request)
        with requests.Session() as session:
            session.trust_env = self.through_proxies
            session.verify = self.authority or True
            answer = session.request(
                method, url, data=data.encode(), headers=dict(request.headers.items()), timeout=self.timeout
            )
        try:
            body = answer.json()
        except ValueError:
            body = answer.text
        return Answer(answer.status_code, answer.headers, body)
