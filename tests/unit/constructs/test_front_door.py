"""The HTTP API: nobody unsigned, nobody else's function, nothing unthrottled."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.unit.conftest import Template

ROUTES = {
    "create_payment": "POST /payments",
    "list_payments": "GET /payments",
    "get_payment": "GET /payments/{id}",
    "capture_payment": "POST /payments/{id}/capture",
    "void_payment": "POST /payments/{id}/void",
    "refund_payment": "POST /payments/{id}/refunds",
}


def test_every_route_asks_for_a_signature(template: Template) -> None:
    """Those that the Lambda answers, and no other."""
    routes = dict(template.of_type("aws_apigatewayv2_route"))
    assert {path.split("/")[1]: route["route_key"] for path, route in routes.items()} == ROUTES
    for route in routes.values():
        assert route["authorization_type"] == "AWS_IAM"
        assert route["target"] == "integrations/" + template.ref("front_door/integration", "id")


def test_requests_go_to_the_processors_alias(template: Template) -> None:
    """Payload 2.0, and time enough for the function's own timeout to come first."""
    integration = template["front_door/integration"]
    assert integration["integration_type"] == "AWS_PROXY"
    assert integration["integration_uri"] == template.ref("processor/alias", "invoke_arn")
    assert integration["payload_format_version"] == "2.0"
    assert template["processor/function"]["timeout"] * 1000 < integration["timeout_milliseconds"] <= 30_000


def test_api_gateway_may_call_the_alias_from_these_routes_only(template: Template) -> None:
    """The permission names the API and the route, and holds for the alias."""
    api = template.ref("front_door/api", "execution_arn")
    for route_id, route_key in ROUTES.items():
        permission = template[f"front_door/{route_id}_permission"]
        assert permission["principal"] == "apigateway.amazonaws.com"
        assert permission["action"] == "lambda:InvokeFunction"
        assert permission["function_name"] == template.ref("processor/function", "function_name")
        assert permission["qualifier"] == template.ref("processor/alias", "name")
        assert permission["source_arn"] == f"{api}/*/{route_key.replace(' ', '')}"


def test_the_stage_is_throttled_and_deploys_by_itself(template: Template) -> None:
    """API Gateway has no limit of ours unless we say one."""
    stage = template["front_door/stage"]
    assert stage["name"] == "$default"
    assert stage["auto_deploy"] is True
    settings = stage["default_route_settings"]
    assert 0 < settings["throttling_rate_limit"] <= settings["throttling_burst_limit"]


def test_the_access_log_is_encrypted_and_tells_who_and_how_not_what(template: Template) -> None:
    """No header, query or body: nothing that could hold a card number."""
    settings = template["front_door/stage"]["access_log_settings"]
    assert settings["destination_arn"] == template.ref("front_door/access_log", "arn")
    fields = json.loads(settings["format"])
    assert {"$context.requestId", "$context.status", "$context.identity.userArn"} <= set(fields.values())
    assert not [value for value in fields.values() if "header" in value or "body" in value or "query" in value]
    group = template["front_door/access_log"]
    assert group["name"] == "/aws/vendedlogs/api-payments-dev"
    assert group["kms_key_id"] == template.ref("encryption/key", "arn")


def test_an_eleventh_environment_finds_room_for_its_access_log(template: Template) -> None:
    """An account has ten log resource policies for each region: docs/decisions/0015."""
    assert not list(template.of_type("aws_cloudwatch_log_resource_policy"))
    principals = [
        principal["identifiers"]
        for _, document in template.of_type("aws_iam_policy_document")
        for statement in document["statement"]
        for principal in statement.get("principals", [])
    ]
    assert ["delivery.logs.amazonaws.com"] not in principals
