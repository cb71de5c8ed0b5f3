"""Arguments by which a resource gives permissions without a policy. No policy itself."""

import re

from _arns import is_own_account
from _expressions import reference
from _principals import is_account_root, is_own_role

# Whatever runs with a role, has a role's permissions: of this stack, as those of others are not judged here.
ROLE = re.compile(
    r"role|roles|iam_roles?|(\w+_)?role_arns?|(\w+_)?execution_role|ingestion_role|service_role|deliver_cross_account_role"
    r"|domain_iam_role_name|(authorizer_)?credentials_arn"
)
# They have another meaning of the word: a service-linked role is AWS's, the others are no roles of IAM.
OTHER_ROLES = ("service_linked_role_arn", "key_role", "target_role")
# Type -> arguments that say who is let in; the permission is the resource itself.
PRINCIPALS = {
    "aws_cloudwatch_event_permission": ("principal",),
    "aws_kms_grant": ("grantee_principal", "retiring_principal"),
    "aws_lambda_layer_version_permission": ("principal",),
    "aws_vpc_endpoint_service": ("allowed_principals",),
    "aws_vpc_endpoint_service_allowed_principal": ("principal_arn",),
}
# These let in a whole organization, or everybody who meets a condition.
CROWDS = {
    "aws_cloudwatch_event_permission": ("condition",),
    "aws_lambda_layer_version_permission": ("organization_id",),
}
# People and foreign identity providers: the stack's permissions are for its roles alone.
IDENTITIES = re.compile(
    r"aws_iam_(access_key|group|group_\w+|openid_connect_provider|policy_attachment|saml_provider"
    r"|service_specific_credential|signing_certificate|user|user_\w+|virtual_mfa_device)"
)


def wrong_grants(resource):
    """What a resource grants to others than this account and the roles of this stack: a text for each."""
    kind, stack, body = resource.kind, resource.stack, resource.body
    if IDENTITIES.fullmatch(kind):
        yield "it gives permissions to people, or to those whom somebody else vouches for"
    for argument in PRINCIPALS.get(kind, ()):
        value = body.get(argument)
        for principal in value if isinstance(value, list) else [value]:
            if not is_let_in(stack, kind, principal) and principal is not None:
                yield f"{argument} is {principal!r}"
    for argument in CROWDS.get(kind, ()):
        if body.get(argument) is not None:
            yield f"{argument} is {body[argument]!r}"
    if kind == "aws_kms_grant" and "CreateGrant" in (body.get("operations") or ()):
        yield "operations have CreateGrant"
    yield from foreign_roles(stack, body, "")


def is_let_in(stack, kind, principal):
    if kind == "aws_kms_grant":
        return is_own_role(stack, "AWS", principal)
    return is_own_account(principal) or is_account_root("AWS", principal) or is_own_role(stack, "AWS", principal)


def foreign_roles(stack, body, before):
    """Arguments, at any depth, that hold a role which the stack does not declare."""
    for name, value in body.items():
        items = value if isinstance(value, list) else [value]
        for item in items:
            if isinstance(item, dict) and name not in ("tags", "tags_all", "variables", "//"):
                yield from foreign_roles(stack, item, f"{before}{name}.")
            elif ROLE.fullmatch(name) and name not in OTHER_ROLES and isinstance(item, str):
                of_type, role, attribute = reference(item)
                is_role = of_type == "aws_iam_role" and attribute in ("arn", "id", "name")
                if not (is_role and stack.declares(of_type, role)):
                    yield f"{before}{name} is {item!r}, no role of this stack"
