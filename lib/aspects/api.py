"""Rules for APIs: routes are authorized, stages throttle and log, and only AWS services invoke functions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lib.aspects import access_log
from lib.aspects.addresses import addressed, is_this_account, owned, shape, surroundings
from lib.aspects.expressions import Reference
from lib.aspects.model import StackRule
from lib.aspects.terraform_json import (
    MISSING,
    Attributes,
    Resource,
    StackView,
    as_list,
    blocks,
    format_value,
    literal,
    number,
    reference,
)
from lib.findings.finding import Severity

HTTP_API, ROUTE, HTTP_AUTHORIZER = "aws_apigatewayv2_api", "aws_apigatewayv2_route", "aws_apigatewayv2_authorizer"
REST_API, METHOD, REST_AUTHORIZER = "aws_api_gateway_rest_api", "aws_api_gateway_method", "aws_api_gateway_authorizer"
FUNCTION_URL, PERMISSION = "aws_lambda_function_url", "aws_lambda_permission"
HTTP_STAGE, REST_STAGE = "aws_apigatewayv2_stage", "aws_api_gateway_stage"
FUNCTIONS = ("aws_lambda_alias", "aws_lambda_function")
USER_POOL = "aws_cognito_user_pool"

# Type -> (argument that sets its authorization, its values for IAM, its values for an authorizer, authorizer's type).
AUTHORIZATION: dict[str, tuple[str, tuple[str, ...], tuple[str, ...], str]] = {
    ROUTE: ("authorization_type", ("AWS_IAM",), ("CUSTOM", "JWT"), HTTP_AUTHORIZER),
    METHOD: ("authorization", ("AWS_IAM",), ("COGNITO_USER_POOLS", "CUSTOM"), REST_AUTHORIZER),
    FUNCTION_URL: ("authorization_type", ("AWS_IAM",), (), ""),
}
# Arguments that create routes without a resource: those of "quick create", and OpenAPI documents.
UNSEEN_ROUTES = {
    HTTP_API: ("body", "credentials_arn", "route_key", "target"),
    REST_API: ("body",),
    "aws_api_gateway_rest_api_put": ("body",),
}
# Allowed token issuers: a user pool of this stack, in the form that `shape` returns.
# https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
ISSUERS = ("https://{pool.endpoint}", "https://cognito-idp.{region}.amazonaws.com/{pool.id}")


def _authorization(stack: StackView) -> Iterator[tuple[str, str]]:
    for caller in stack.of(*AUTHORIZATION):
        for message in _unauthorized(stack, caller):
            yield caller.path, message
    for api in stack.of(*UNSEEN_ROUTES):
        for name in UNSEEN_ROUTES[api.type]:
            if literal(api.attributes.get(name)) is not MISSING:
                yield api.path, f"{name} creates routes without authorization; expected each route as a resource"
    for authorizer in stack.of(HTTP_AUTHORIZER, REST_AUTHORIZER):
        for message in _foreign_authorizer(stack, authorizer):
            yield authorizer.path, message


def _unauthorized(stack: StackView, caller: Resource) -> Iterator[str]:
    argument, by_aws, by_authorizer, authorizer_type = AUTHORIZATION[caller.type]
    kind = literal(caller.attributes.get(argument))
    if kind in by_aws or _is_preflight(caller):
        return
    if kind not in by_authorizer:
        named = format_value(caller.attributes.get(argument))
        yield f"{argument} is {named}; expected {' or '.join((*by_aws, *by_authorizer))}"
        return
    to = reference(caller.attributes.get("authorizer_id"))
    authorizer = owned(stack, to) if to else None
    if authorizer is None or authorizer.type != authorizer_type:
        named = format_value(caller.attributes.get("authorizer_id"))
        yield f"authorizer_id is {named}; expected the id of an {authorizer_type} of this stack"


def _is_preflight(caller: Resource) -> bool:
    """Return True if a route or method is for CORS preflight requests. Browsers send these without credentials.

    https://fetch.spec.whatwg.org/
    """
    if caller.type == ROUTE:
        return str(literal(caller.attributes.get("route_key"))).startswith("OPTIONS /")
    return caller.type == METHOD and literal(caller.attributes.get("http_method")) == "OPTIONS"


def _foreign_authorizer(stack: StackView, authorizer: Resource) -> Iterator[str]:
    attributes = authorizer.attributes
    kind = literal(attributes.get("authorizer_type" if authorizer.type == HTTP_AUTHORIZER else "type"))
    if kind == "JWT":
        for jwt in blocks(attributes, "jwt_configuration") or [{}]:
            if not _is_own_issuer(stack, jwt.get("issuer")):
                named = format_value(jwt.get("issuer"))
                yield f"jwt_configuration.issuer is {named}; expected the endpoint of an {USER_POOL} of this stack"
    elif kind == "COGNITO_USER_POOLS":
        for pool in as_list(attributes.get("provider_arns")) or [None]:
            if not _leads_to(stack, pool, USER_POOL):
                yield f"provider_arns has {format_value(pool)}; expected the arn of an {USER_POOL} of this stack"
    elif not _leads_to(stack, attributes.get("authorizer_uri"), *FUNCTIONS):
        named = format_value(attributes.get("authorizer_uri"))
        yield f"authorizer_uri is {named}; expected the invoke_arn of a function of this stack"


def _leads_to(stack: StackView, value: Any, *types: str) -> bool:
    resource = addressed(stack, value)
    return resource is not None and resource.type in types


def _is_own_issuer(stack: StackView, issuer: Any) -> bool:
    def name(to: Reference) -> str | None:
        pool = owned(stack, to)
        return f"pool.{to.attribute}" if pool is not None and pool.type == USER_POOL else surroundings(to)

    return shape(issuer, name) in ISSUERS


AUTHORIZED = StackRule(
    id="TAP-NET-2",
    title="Every route is authorized, by AWS or by an authorizer of this stack",
    why="Anybody who finds the address of a route without authorization can use it.",
    severity=Severity.CRITICAL,
    controls=("PCI DSS 4.0.1 7.2.1", "Well-Architected SEC03-BP01"),
    resource_types=(*AUTHORIZATION, *UNSEEN_ROUTES, HTTP_AUTHORIZER, REST_AUTHORIZER),
    waivable=False,
    fix=(
        "set authorization_type='AWS_IAM' (on a method of a REST API: authorization='AWS_IAM'), or authorizer_id to an "
        "authorizer of the stack, and declare each route as a resource"
    ),
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-access-control.html",
    check=_authorization,
)

SERVICE = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*\.amazonaws\.com")
INVOKES = ("lambda:InvokeFunction", "lambda:InvokeFunctionUrl")


def _invoked_by(stack: StackView) -> Iterator[tuple[str, str]]:
    for permission in stack.of(PERMISSION):
        attributes = permission.attributes
        principal, source = attributes.get("principal"), attributes.get("source_arn")
        if not SERVICE.fullmatch(str(literal(principal))):
            yield permission.path, f"principal is {format_value(principal)}; expected a service"
        if addressed(stack, source) is None:
            expected = "expected one that begins with the arn of a resource of this stack"
            yield permission.path, f"source_arn is {format_value(source)}; {expected}"
        account = attributes.get("source_account")
        if account is not None and not is_this_account(account):
            yield permission.path, f"source_account is {format_value(account)}; expected this account, or nothing"
        if literal(attributes.get("action")) not in INVOKES:
            yield permission.path, f"action is {format_value(attributes.get('action'))}; expected {INVOKES[0]}"
        if literal(attributes.get("function_url_auth_type")) not in (MISSING, "AWS_IAM"):
            yield permission.path, "function_url_auth_type admits everybody; expected AWS_IAM"


INVOKED_BY = StackRule(
    id="TAP-NET-3",
    title="Only AWS services may invoke functions, for a resource of this stack",
    why="Without a source, any API, bucket or topic in AWS could invoke the function.",
    severity=Severity.CRITICAL,
    controls=("PCI DSS 4.0.1 7.2.5", "Well-Architected SEC03-BP07"),
    resource_types=(PERMISSION,),
    waivable=False,
    fix="set action to lambda:InvokeFunction, principal to a service, and source_arn to a reference to a "
    "resource of this stack",
    source="https://docs.aws.amazon.com/lambda/latest/dg/permissions-function-services.html",
    check=_invoked_by,
)

# The default limits of an AWS account: a stage's higher limit has no effect.
# https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
LIMITS = {"throttling_burst_limit": 5_000, "throttling_rate_limit": 10_000}


def _stages(stack: StackView) -> Iterator[tuple[str, str]]:
    for stage in stack.of(HTTP_STAGE, REST_STAGE):
        logs = blocks(stage.attributes, "access_log_settings")
        if not logs:
            yield stage.path, "access_log_settings is missing; expected a log group of this stack"
        for log in logs:
            destination = log.get("destination_arn")
            if not _leads_to(stack, destination, "aws_cloudwatch_log_group"):
                named = f"access_log_settings.destination_arn is {format_value(destination)}"
                yield stage.path, f"{named}; expected a log group of this stack"
            for message in access_log.check(log.get("format")) if stage.type == HTTP_STAGE else ():
                yield stage.path, message
    for stage in stack.of(HTTP_STAGE):
        if not blocks(stage.attributes, "default_route_settings"):
            yield stage.path, f"default_route_settings is missing; expected {' and '.join(LIMITS)}"
        for where in ("default_route_settings", "route_settings"):
            for block in blocks(stage.attributes, where):
                for message in _unlimited(block):
                    yield stage.path, f"{where}.{message}"


def _unlimited(settings: Attributes) -> Iterator[str]:
    for limit, most in LIMITS.items():
        known = number(settings.get(limit))
        if not isinstance(known, float) or not 0 < known <= most:
            yield f"{limit} is {format_value(settings.get(limit))}; expected a number above 0 and up to {most}"


STAGES = StackRule(
    id="TAP-NET-5",
    title="Stages throttle requests and log each request",
    why="Otherwise one caller could use up the account's quota, and no log would show who it was.",
    severity=Severity.HIGH,
    controls=("PCI DSS 4.0.1 10.2.1", "Well-Architected REL05-BP02"),
    resource_types=(HTTP_STAGE, REST_STAGE),
    waivable=True,
    fix="set both throttling limits in default_route_settings, and access_log_settings to a log group of the stack",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-throttling.html",
    check=_stages,
)

RULES = (AUTHORIZED, INVOKED_BY, STAGES)
