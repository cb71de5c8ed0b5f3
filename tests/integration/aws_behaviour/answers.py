"""An error as AWS sends it, in each protocol: botocore reads it, retries it or raises it as it would AWS's.

https://smithy.io/2.0/aws/protocols/index.html
"""

from __future__ import annotations

import io
import json
from typing import Any
from xml.sax.saxutils import escape

from botocore.awsrequest import AWSResponse


class _Raw(io.BytesIO):
    """What botocore reads a body from."""

    def stream(self, **_: Any) -> list[bytes]:
        return [self.read()]


def error(client: Any, request: Any, code: str, message: str, status: int) -> AWSResponse:
    """For a handler of `before-send`, which answers with it instead of the service."""
    protocol = client.meta.service_model.resolved_protocol
    headers: dict[str, str] = {"x-amzn-errortype": code}
    if protocol in ("json", "rest-json"):
        headers["content-type"] = "application/x-amz-json-1.0"
        body = json.dumps({"__type": code, "message": message})
    elif protocol == "rest-xml":
        body = f"<Error><Code>{code}</Code><Message>{escape(message)}</Message></Error>"
    elif protocol == "query":
        inner = f"<Error><Type>Sender</Type><Code>{code}</Code><Message>{escape(message)}</Message></Error>"
        body = f"<ErrorResponse>{inner}<RequestId>0</RequestId></ErrorResponse>"
    else:
        raise NotImplementedError(f"protocol {protocol} of {client.meta.service_model.service_name}")
    return AWSResponse(request.url, status, headers, _Raw(body.encode()))


def parameters(request: Any) -> str:
    """Of a prepared request, as one text: enough to find a name in it."""
    body = request.body
    text = body.decode(errors="replace") if isinstance(body, bytes) else str(body or "")
    return f"{request.url} {text}"
