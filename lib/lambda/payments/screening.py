"""Looks through everything of a request but its body for card numbers: path, query, names and values of headers.

The body is looked through field by field when it is read (validation), so that the error can name the field.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote, unquote_plus

from payments import cards
from payments.problems import FieldError

RULE = "looks like a card number; none is taken, anywhere in a request"

# What signs and traces a request is made of hexadecimal or base64 digits, and one in some hundred of such values passes
# for a card number by chance. Each is let through in its exact form only, but for what stands in parentheses, which is
# looked through. API Gateway checks the first three before it calls this function. None of them is stored or logged,
# but for the trace's id: X-Ray knows the trace by it, and log lines have it, redacted.
# docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-authentication-methods.html
# docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader, www.w3.org/TR/trace-context
BY_CHANCE = {
    "authorization": re.compile(
        r"AWS4-HMAC-SHA256 Credential=(\w{1,128})/[0-9]{8}/([a-z0-9-]+)/execute-api/aws4_request, ?"
        r"SignedHeaders=([a-z0-9;_-]+), ?Signature=[0-9a-f]{64}"
    ),
    "x-amz-content-sha256": re.compile(r"[0-9a-f]{64}"),
    "x-amz-security-token": re.compile(r"[A-Za-z0-9+/=]{100,}"),
    "x-amzn-trace-id": re.compile(
        r"(?:(?:Self|Root)=1-[0-9a-f]{8}-[0-9a-f]{24}|Parent=[0-9a-f]{16}|Sampled=[01?]|Lineage=[0-9a-z:|]{1,64}|;)*"
    ),
    "traceparent": re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}"),
    "idempotency-key": re.compile(r".*", re.DOTALL),  # has a rule of its own: validation.idempotency_key
}


def findings(event: Mapping[str, Any]) -> Iterator[FieldError]:
    """An error for each part of an HTTP API's event that holds what could be a card number; none repeats it."""
    path = event.get("rawPath") or ""
    if _found(path) or any(_found(value) for value in (event.get("pathParameters") or {}).values()):
        yield FieldError("path", RULE)
    query = event.get("rawQueryString") or ""
    if _found(query) or any(
        _found(text) for pair in (event.get("queryStringParameters") or {}).items() for text in pair
    ):
        yield FieldError("query", RULE)
    for name, value in [*(event.get("headers") or {}).items(), ("cookie", "; ".join(event.get("cookies") or ()))]:
        form = BY_CHANCE.get(name.lower())
        exact = form.fullmatch(str(value)) if form else None
        if cards.contains(name):
            yield FieldError("headers", RULE)
        elif any(_found(text) for text in (exact.groups() if exact else (str(value),))):
            yield FieldError(name[:64], RULE)


def _found(text: str) -> bool:
    """As it is written, and as it reads once it is unquoted."""
    return any(cards.contains(reading) for reading in (text, unquote(text), unquote_plus(unquote(text))))
