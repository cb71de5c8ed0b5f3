"""What was changed a moment ago refuses the next change, until it has settled.

https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTable.html
https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html (409 ConditionalRequestConflict: try again)
"""

from __future__ import annotations

import re
from typing import Any

from tests.integration.aws_behaviour import answers

# Of each service: which operations change something; where a request has the name of what it changes; the refusal.
CHANGES = {
    "lambda": (
        r"(Update|Put|Delete|Publish)(?!Alias)\w*",
        r"/(?:functions|event-source-mappings)/([^/?\s]+)",
        ("ResourceConflictException", 409),
    ),
    "dynamodb": (
        r"Update(Table|ContinuousBackups|TimeToLive|KinesisStreamingDestination)|(Put|Delete)ResourcePolicy",
        r'"(?:TableName|ResourceArn)": ?"(?:[^"]*/)?([^"]+)"',
        ("ResourceInUseException", 400),
    ),
    "apigatewayv2": (r"(Update|Create|Delete)\w+", r"/v2/apis/([^/?\s]+)", ("ConflictException", 409)),
}
CONDITIONAL = ("if-match", "if-none-match")


class Settling:
    """After a change the next one of the same is refused once. So is the first attempt of a conditional put."""

    def __init__(self) -> None:
        self._settling: set[tuple[str, str]] = set()
        self._conditional: set[str] = set()

    def impose(self, client: Any) -> None:
        service = client.meta.service_model.service_name
        if service == "s3":
            client.meta.events.register("before-send.s3.PutObject", self._conflict(client))
        if service in CHANGES:
            client.meta.events.register(f"before-send.{service}", self._refusal(client, service))
            client.meta.events.register(f"after-call.{service}", self._note)

    def _refusal(self, client: Any, service: str) -> Any:
        operations, name_in, (code, status) = CHANGES[service]

        def before_send(request: Any, event_name: str, **_: Any) -> Any:
            if not re.fullmatch(operations, event_name.rpartition(".")[2]):
                return None
            found = re.search(name_in, answers.parameters(request))
            changed = (service, found[1] if found else "")
            request.context["changed"] = changed
            if changed not in self._settling:
                return None
            self._settling.remove(changed)
            message = f"An update is in progress for resource: {changed[1]}"
            return answers.error(client, request, code, message, status)

        return before_send

    def _note(self, http_response: Any, context: dict[str, Any], **_: Any) -> None:
        if "changed" in context and http_response.status_code < 300:
            self._settling.add(context["changed"])

    def _conflict(self, client: Any) -> Any:
        def before_send(request: Any, **_: Any) -> Any:
            headers = {name.lower() for name in request.headers}
            if headers.isdisjoint(CONDITIONAL) or request.url in self._conditional:
                return None
            self._conditional.add(request.url)
            message = "A conflicting conditional operation is in progress against this resource. Please try again."
            return answers.error(client, request, "ConditionalRequestConflict", message, 409)

        return before_send
