"""Requests and answers of an HTTP API of API Gateway, in its payload format 2.0.

docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from payments import cards
from payments.errors import FieldError, InvalidRequestError
from payments.problems import Problem
from payments.step import Caller

REQUEST_ID = re.compile(r"[!-~]{1,64}")
DEFAULT_STAGE = "$default"


@dataclass(frozen=True)
class HttpRequest:
    """A request. The names of `headers` are in lower case. `request_id` is API Gateway's; if it sent none, Lambda's."""

    method: str
    path: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    identity: Mapping[str, Any]
    request_id: str
    raw_body: str | None
    is_base64: bool
    seconds_left: Callable[[], float]

    @classmethod
    def of(cls, event: Mapping[str, Any], function_request_id: str, seconds_left: Callable[[], float]) -> HttpRequest:
        """Parse an event of Lambda. Raises KeyError, TypeError or AttributeError if the event is not from the API."""
        context = event["requestContext"]
        path, stage = event["rawPath"], context.get("stage", DEFAULT_STAGE)
        request_id = context.get("requestId")
        usable = isinstance(request_id, str) and REQUEST_ID.fullmatch(request_id)
        return cls(
            method=context["http"]["method"],
            path=path if stage == DEFAULT_STAGE else path.removeprefix(f"/{stage}"),
            headers={name.lower(): value for name, value in (event.get("headers") or {}).items()},
            query=dict(event.get("queryStringParameters") or {}),
            identity=(context.get("authorizer") or {}).get("iam") or {},
            request_id=cards.redact(request_id) if usable else function_request_id,
            raw_body=event.get("body"),
            is_base64=bool(event.get("isBase64Encoded")),
            seconds_left=seconds_left,
        )

    def body(self) -> str | None:
        """Return the body's text. Raises InvalidRequestError if it is not base64 or not UTF-8."""
        if not self.raw_body or not self.is_base64:
            return self.raw_body
        try:
            return base64.b64decode(self.raw_body).decode()
        except ValueError:
            raise InvalidRequestError(FieldError("", "must be UTF-8")) from None

    def caller(self) -> Caller:
        """Return the identity that signed the request: its ARN without card numbers, and its unique id.

        For a session of a role, the unique id is the role's id. The ARN contains the name of the session.
        docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
        """
        arn, user_id = self.identity.get("userArn"), self.identity.get("userId")
        return Caller(
            actor=cards.redact(arn) if isinstance(arn, str) and arn else "unknown",
            actor_id=cards.redact(user_id.partition(":")[0]) if isinstance(user_id, str) and user_id else "unknown",
            request_id=self.request_id,
        )


@dataclass(frozen=True)
class HttpAnswer:
    status: int
    document: Mapping[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)
    media_type: str = "application/json"

    def result(self, request_id: str, livemode: bool) -> dict[str, Any]:
        """Return the answer in API Gateway's format. Every answer has `livemode` and the request's id."""
        return {
            "statusCode": int(self.status),
            "headers": {"Content-Type": self.media_type, "X-Request-Id": request_id, **self.headers},
            "body": json.dumps({"livemode": livemode, **self.document}),
            "isBase64Encoded": False,
        }


Handle = Callable[..., HttpAnswer]


@dataclass(frozen=True)
class Route:
    """A route, with its path as in docs/openapi.yaml. `handle` gets the request and the path's {parameters}."""

    method: str
    path: str
    handle: Handle

    @property
    def pattern(self) -> re.Pattern[str]:
        return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", self.path))


class Router:
    def __init__(self, *routes: Route) -> None:
        self._routes = [(route.method, route.pattern, route.handle) for route in routes]

    def answer(self, request: HttpRequest) -> HttpAnswer:
        """Call the route's handler. Raises Problem 404 if no route matches."""
        for method, pattern, handle in self._routes:
            if method == request.method and (found := pattern.fullmatch(request.path)):
                return handle(request, **found.groupdict())
        raise Problem(HTTPStatus.NOT_FOUND, "no-such-route", "There is no route for this method and path.")
