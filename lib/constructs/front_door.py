"""The HTTP API. Every route requires signed requests."""

from __future__ import annotations

import json
from typing import NamedTuple

from constructs import Construct

from lib.aws import (
    Apigatewayv2Api,
    Apigatewayv2Integration,
    Apigatewayv2Route,
    Apigatewayv2Stage,
    Apigatewayv2StageAccessLogSettings,
    Apigatewayv2StageDefaultRouteSettings,
    Apigatewayv2StageRouteSettings,
    CloudwatchLogGroup,
    CloudwatchLogMetricFilter,
    CloudwatchLogMetricFilterMetricTransformation,
    LambdaPermission,
)
from lib.constructs.context import Context
from lib.constructs.function import Function


class Route(NamedTuple):
    """A route; `{…}` in the path are parameters. Above `rate` requests a second, after `burst`, the answer is 429."""

    method: str
    path: str
    rate: int
    burst: int

    @property
    def key(self) -> str:
        return f"{self.method} {self.path}"


# The merchant is in the path, so that an IAM policy on execute-api:Invoke can name it: …/*/merchants/coffee-house/*
PAYMENTS = "/merchants/{merchant_id}/payments"
PAYMENT = f"{PAYMENTS}/{{payment_id}}"
# Construct id -> route. Each route has its own limits, so that listing in a loop cannot block payments.
ROUTES = {
    "create_payment": Route("POST", PAYMENTS, rate=100, burst=200),
    "list_payments": Route("GET", PAYMENTS, rate=20, burst=40),
    "get_payment": Route("GET", PAYMENT, rate=100, burst=200),
    "capture_payment": Route("POST", f"{PAYMENT}/capture", rate=50, burst=100),
    "void_payment": Route("POST", f"{PAYMENT}/void", rate=50, burst=100),
    "refund_payment": Route("POST", f"{PAYMENT}/refunds", rate=50, burst=100),
}
STAGE = "$default"  # API Gateway's name of the stage without a path
# The limits of requests that match no route and get 404.
OTHER_RATE, OTHER_BURST = 10, 20
# The access log has caller, route and result. It has no header, body or query: these could contain a card number.
ACCESS_LOG = {
    "requestId": "$context.requestId",
    "requestTime": "$context.requestTime",
    "caller": "$context.identity.userArn",
    "sourceIp": "$context.identity.sourceIp",
    "routeKey": "$context.routeKey",
    "status": "$context.status",
    "responseLength": "$context.responseLength",
    "responseLatency": "$context.responseLatency",
    "integrationStatus": "$context.integrationStatus",
    "integrationError": "$context.integrationErrorMessage",
}
THROTTLED_METRIC = "RequestsThrottled"


class FrontDoor(Construct):
    """`log_group_name` is for the access log. `metrics_namespace` has the metric of throttled requests."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        context: Context,
        target: Function,
    ) -> None:
        super().__init__(scope, id_)
        name = context.naming("api", "payments")
        self.metrics_namespace = context.naming.metrics_namespace
        self.api = Apigatewayv2Api(self, "api", name=name, protocol_type="HTTP", description="Takes and shows payments")
        integration = Apigatewayv2Integration(
            self,
            "integration",
            api_id=self.api.id,
            integration_type="AWS_PROXY",
            integration_method="POST",  # API Gateway always calls Lambda with POST
            integration_uri=target.alias.invoke_arn,
            payload_format_version="2.0",
            timeout_milliseconds=(target.timeout + 1) * 1000,  # longer than the function's timeout, which is logged
        )
        routes = []
        for route_id, route in ROUTES.items():
            routes.append(
                Apigatewayv2Route(
                    self,
                    route_id,
                    api_id=self.api.id,
                    route_key=route.key,
                    authorization_type="AWS_IAM",
                    target=f"integrations/{integration.id}",
                )
            )
            LambdaPermission(
                self,
                f"{route_id}_permission",
                statement_id=f"api-{route_id.replace('_', '-')}",
                action="lambda:InvokeFunction",
                function_name=target.function.function_name,
                qualifier=target.alias.name,
                principal="apigateway.amazonaws.com",
                # docs.aws.amazon.com/apigateway/latest/developerguide/arn-format-reference.html: any stage of this
                # API (it has one), this route.
                source_arn=f"{self.api.execution_arn}/*/{route.method}{route.path}",
            )
        self.log_group_name = f"/aws/vendedlogs/{name}"
        log_group = CloudwatchLogGroup(
            self,
            "access_log",
            name=self.log_group_name,
            kms_key_id=context.key_arn,
            retention_in_days=context.log_retention_days,
            skip_destroy=False,
        )
        # API Gateway's metrics do not distinguish 429 from other 4xx; its access log does.
        CloudwatchLogMetricFilter(
            self,
            "throttled",
            name=context.naming("filter", "throttled"),
            log_group_name=log_group.name,
            pattern='{ $.status = "429" }',
            metric_transformation=CloudwatchLogMetricFilterMetricTransformation(
                name=THROTTLED_METRIC, namespace=self.metrics_namespace, value="1"
            ),
        )
        # No aws_cloudwatch_log_resource_policy, of which a region allows ten: API Gateway creates the policy for its
        # log delivery itself (docs/decisions/0015-api-gateway-creates-its-log-delivery-policy.md).
        self.stage = Apigatewayv2Stage(
            self,
            "stage",
            api_id=self.api.id,
            name=STAGE,
            auto_deploy=True,
            default_route_settings=Apigatewayv2StageDefaultRouteSettings(
                throttling_rate_limit=OTHER_RATE,
                throttling_burst_limit=OTHER_BURST,
                detailed_metrics_enabled=True,
            ),
            route_settings=[
                Apigatewayv2StageRouteSettings(
                    route_key=route.key,
                    throttling_rate_limit=route.rate,
                    throttling_burst_limit=route.burst,
                    detailed_metrics_enabled=True,
                )
                for route in ROUTES.values()
            ],
            access_log_settings=Apigatewayv2StageAccessLogSettings(
                destination_arn=log_group.arn, format=json.dumps(ACCESS_LOG)
            ),
            depends_on=routes,  # API Gateway refuses settings for a route that does not exist yet
        )
