"""The policy of an API client: execute-api:Invoke on named routes of the deployed API.

docs.aws.amazon.com/apigateway/latest/developerguide/http-api-access-control-iam.html
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from lib.access.documents import VERSION
from lib.errors import ToolError

STAGE = "$default"
MERCHANT = "merchant_id"  # the path parameter with the merchant
# A path parameter's value in an ARN: no wildcard and no path separator.
VALUE = re.compile(r"[A-Za-z0-9._~-]+")


@dataclass(frozen=True)
class Api:
    """The parts of the deployed API's ARN."""

    id: str
    partition: str
    region: str
    account: str

    @property
    def arn(self) -> str:
        return f"arn:{self.partition}:execute-api:{self.region}:{self.account}:{self.id}"

    @classmethod
    def of_outputs(cls, outputs: Mapping[str, str]) -> Api:
        """Return the API that Terraform's outputs name. The emulator's endpoint has the API's id in its path."""
        url = urlsplit(outputs["api_endpoint"])
        in_path = re.match(r"/_aws/execute-api/([^/]+)", url.path)
        api_id = in_path.group(1) if in_path else (url.hostname or "").partition(".")[0]
        _, partition, _, region, account, _ = outputs["kms_key_arn"].split(":", 5)
        return cls(api_id, partition, region, account)


def deployed_routes(client: Any, api_id: str) -> list[str]:
    """Return the API's route keys, for example "POST /payments"."""
    pages = client.get_paginator("get_routes").paginate(ApiId=api_id)
    return sorted(route["RouteKey"] for page in pages for route in page["Items"])


def policy(api: Api, routes: Collection[str], wanted: Collection[str], values: Mapping[str, str]) -> dict[str, Any]:
    """Return a policy for the wanted routes. `values`: path parameter -> the only allowed value.

    Raises ToolError if no route is wanted, if the API lacks a wanted route, or if no wanted route has a parameter that
    `values` names.
    """
    known = ", ".join(routes)
    if not wanted:
        raise ToolError(f"ROUTES is empty; name at least one of: {known}")
    for route in wanted:
        if route not in routes:
            raise ToolError(f"ROUTES has {route!r}, which the API does not have; it has: {known}")
    for name in values:
        if not any(f"{{{name}}}" in route for route in wanted):
            raise ToolError(f"VALUES has {name!r}, which is not a path parameter of {', '.join(wanted)}; remove it")
    return {"Version": VERSION, "Statement": [_allow(sorted({arn(api, route, values) for route in wanted}))]}


def policy_of_merchant(api: Api, merchant: str) -> dict[str, Any]:
    """Return a policy for all routes of one merchant, and nothing else. Raises ToolError for an invalid merchant."""
    if not VALUE.fullmatch(merchant):
        raise ToolError(f"MERCHANT is {merchant!r}; a merchant's id has letters, digits, _ and - only")
    resource = f"{api.arn}/{STAGE}/*/merchants/{merchant}/*"
    return {"Version": VERSION, "Statement": [_allow([resource])]}


def _allow(resources: list[str]) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": ["execute-api:Invoke"], "Resource": resources}


def arn(api: Api, route: str, values: Mapping[str, str]) -> str:
    """Return a route's ARN; a path parameter without a value becomes `*`."""
    method, _, path = route.partition(" ")
    filled = re.sub(r"\{([^}]+)\}", lambda found: values.get(found.group(1), "*"), path)
    return f"{api.arn}/{STAGE}/{method}{filled}"


def split(text: str) -> list[str]:
    """Return the routes in a text like `POST /payments, GET /payments/{payment_id}`."""
    return [" ".join(part.split()) for part in text.split(",") if part.strip()]


def values(text: str) -> dict[str, str]:
    """Return path parameter -> value of a text like `merchant_id=shop-1`. Raises ToolError for an invalid value."""
    found = {}
    for part in split(text):
        name, equals, value = part.partition("=")
        if not equals or not name or not VALUE.fullmatch(value):
            raise ToolError(f"VALUES has {part!r}; write name=value, with letters, digits and . _ ~ - in the value")
        found[name] = value
    return found
