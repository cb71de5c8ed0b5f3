"""In Python: the authorizer, and the function that it calls, must be declared in the stack."""

import re

from _expressions import reference, references
from _stack import StackCheck, blocks, shown
from checkov.common.models.enums import CheckCategories

# Type of a route -> (argument for its authorization, values that require an authorizer, type of the authorizer).
ROUTES = {
    "aws_apigatewayv2_route": ("authorization_type", ("JWT", "CUSTOM"), "aws_apigatewayv2_authorizer"),
    "aws_api_gateway_method": ("authorization", ("COGNITO_USER_POOLS", "CUSTOM"), "aws_api_gateway_authorizer"),
    "aws_lambda_function_url": ("authorization_type", (), ""),
}
# Type -> arguments that create routes without declaring them as resources.
ROUTES_OF_ITS_OWN = {
    "aws_apigatewayv2_api": ("body", "credentials_arn", "route_key", "target"),
    "aws_api_gateway_rest_api": ("body",),
    "aws_api_gateway_rest_api_put": ("body",),
}


class RoutesAreAuthorized(StackCheck):
    id = "TAP-NET-2"
    name = "Every route is authorized, by AWS or by an authorizer of this stack"
    guideline = (
        "set authorization_type (on a REST API's method: authorization) to AWS_IAM, or name an authorizer of this "
        "stack that calls a function of this stack; declare each route as a resource, not by arguments of the API"
    )
    category = CheckCategories.IAM
    types = (*ROUTES, *ROUTES_OF_ITS_OWN, "aws_apigatewayv2_authorizer", "aws_api_gateway_authorizer")

    def violations(self, resource):
        for argument in ROUTES_OF_ITS_OWN.get(resource.kind, ()):
            if argument in resource.body:
                yield f"{argument} creates routes without authorization"
        if resource.kind in ROUTES:
            yield from wrong_route(resource)
        elif resource.kind.endswith("_authorizer"):
            yield from wrong_authorizer(resource)


def wrong_route(resource):
    argument, words, authorizer = ROUTES[resource.kind]
    value = resource.body.get(argument)
    if is_preflight(resource) or value == "AWS_IAM":
        return
    if value not in words:
        yield f"{argument} is {shown(value)}"
        return
    kind, name, _ = reference(resource.body.get("authorizer_id"))
    if kind != authorizer or not resource.stack.declares(kind, name):
        yield f"{argument} is {value}, but authorizer_id is {shown(resource.body.get('authorizer_id'))}"


def is_preflight(resource):
    """Return True if a route answers CORS preflight requests, which browsers send without credentials."""
    if resource.kind == "aws_apigatewayv2_route":
        key = resource.body.get("route_key")
        return isinstance(key, str) and re.fullmatch(r"OPTIONS /\S*", key) is not None
    return resource.kind == "aws_api_gateway_method" and resource.body.get("http_method") == "OPTIONS"


def wrong_authorizer(resource):
    """Yield a text for each mistake: an authorizer must call a function, or use a token issuer, of this stack."""
    asked = [resource.body[name] for name in ("authorizer_uri", "provider_arns") if name in resource.body]
    asked += [block.get("issuer") for block in blocks(resource.body.get("jwt_configuration"))]
    if not asked:
        yield "the authorizer names neither a function nor a token issuer"
    for value in asked:
        found = references(value)
        own = [each for each in found if resource.stack.declares(each.kind, each.name) and each.kind.startswith("aws_")]
        if not own or len(own) != len(found):
            yield f"the authorizer uses {shown(value)}, which is not a resource of this stack"


check = RoutesAreAuthorized()
