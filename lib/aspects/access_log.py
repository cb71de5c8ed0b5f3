"""Checks the format of an HTTP API's access log: one JSON object for each request, with its route and no payload.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lib.aspects.strict_json import read_object, shorten

# AWS's variables, except claims of authorizers and fields of client certificates, which may contain personal data.
VARIABLES = frozenset(
    f"$context.{name}"
    for name in (
        "accountId", "apiId", "awsEndpointRequestId", "awsEndpointRequestId2", "authorizer.error", "dataProcessed",
        "domainName", "domainPrefix", "error.message", "error.messageString", "error.responseType", "extendedRequestId",
        "httpMethod", "identity.accountId", "identity.caller", "identity.principalOrgId", "identity.sourceIp",
        "identity.user", "identity.userAgent", "identity.userArn", "integration.error", "integration.integrationStatus",
        "integration.latency", "integration.requestId", "integration.status", "integrationErrorMessage",
        "integrationError", "integrationLatency", "integrationStatus", "path", "protocol", "requestId", "requestTime",
        "requestTimeEpoch", "responseLatency", "responseLength", "routeKey", "stage", "status",
    )
)  # fmt: skip
# PCI DSS 4.0.1, 10.2.2 requires each log entry to show who did what, when, from where and with which result.
REQUIRED = tuple(f"$context.{name}" for name in ("identity.sourceIp", "requestId", "requestTime", "routeKey", "status"))


def check(format_: Any) -> Iterator[str]:
    """Yield a message for each mistake in the argument access_log_settings.format."""
    try:
        fields = read_object(format_)
    except ValueError as error:
        yield f"access_log_settings.format {error}; expected an object as JSON"
        return
    for name, value in fields.items():
        if not isinstance(value, str) or value not in VARIABLES:
            yield f"access_log_settings.format.{name} is {shorten(value)}; expected a $context variable of HTTP APIs"
    for variable in REQUIRED:
        if variable not in fields.values():
            yield f"access_log_settings.format has no {variable}; expected it"
