"""Routes, integrations, stages and authorizers of an HTTP API beyond the declared ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lib.drift.additions.addition import addition, command
from lib.drift.model import Change
from lib.drift.refreshed import Managed, Refreshed
from lib.targets.pages import pages


def find(client: Any, state: Refreshed) -> Iterator[Change]:
    """Of every API."""
    for api in state.of("aws_apigatewayv2_api"):
        yield from _routes(client, state, api)
        yield from _integrations(client, state, api)
        yield from _stages(client, state, api)
        yield from _authorizers(client, state, api)


def _routes(client: Any, state: Refreshed, api: Managed) -> Iterator[Change]:
    for item in _undeclared(client, state, api, "aws_apigatewayv2_route", "get_routes", "RouteId"):
        yield addition(
            api,
            f"the route {item['RouteKey']}",
            "aws_apigatewayv2_route",
            {
                "api_id": api.reference("id"),
                "route_key": item["RouteKey"],
                "authorization_type": item.get("AuthorizationType"),
                "authorizer_id": item.get("AuthorizerId"),
                "target": item.get("Target"),
            },
            _delete("route", api, item["RouteId"]),
        )


def _integrations(client: Any, state: Refreshed, api: Managed) -> Iterator[Change]:
    type_ = "aws_apigatewayv2_integration"
    for item in _undeclared(client, state, api, type_, "get_integrations", "IntegrationId"):
        uri = item.get("IntegrationUri")
        yield addition(
            api,
            f"the integration of {uri or item['IntegrationType']}",
            type_,
            {
                "api_id": api.reference("id"),
                "integration_type": item["IntegrationType"],
                "integration_uri": uri,
                "integration_subtype": item.get("IntegrationSubtype"),
                "credentials_arn": item.get("CredentialsArn"),
            },
            _delete("integration", api, item["IntegrationId"]),
        )


def _stages(client: Any, state: Refreshed, api: Managed) -> Iterator[Change]:
    declared = {stage["name"] for stage in state.having("aws_apigatewayv2_stage", "api_id", api["id"])}
    for item in pages(client, "get_stages", "Items", ApiId=api["id"]):
        name = item["StageName"]
        if name not in declared:
            yield addition(
                api,
                f"the stage {name}",
                "aws_apigatewayv2_stage",
                {"api_id": api.reference("id"), "name": name, "auto_deploy": bool(item.get("AutoDeploy"))},
                _delete("stage", api, name, option="--stage-name"),
            )


def _authorizers(client: Any, state: Refreshed, api: Managed) -> Iterator[Change]:
    type_ = "aws_apigatewayv2_authorizer"
    for item in _undeclared(client, state, api, type_, "get_authorizers", "AuthorizerId"):
        yield addition(
            api,
            f"the authorizer {item['Name']}",
            type_,
            {
                "api_id": api.reference("id"),
                "name": item["Name"],
                "authorizer_type": item["AuthorizerType"],
                "authorizer_uri": item.get("AuthorizerUri"),
            },
            _delete("authorizer", api, item["AuthorizerId"]),
        )


def _undeclared(
    client: Any, state: Refreshed, api: Managed, type_: str, operation: str, id_: str
) -> Iterator[Mapping[str, Any]]:
    declared = {item["id"] for item in state.having(type_, "api_id", api["id"])}
    for item in pages(client, operation, "Items", ApiId=api["id"]):
        if item[id_] not in declared:
            yield item


def _delete(kind: str, api: Managed, id_: str, option: str = "") -> str:
    return command("apigatewayv2", f"delete-{kind}", "--api-id", api["id"], option or f"--{kind}-id", id_)
