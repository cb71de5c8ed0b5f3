"""Finds resources and arguments that grant permissions without a policy document. Not a policy."""

import re

from _arns import is_own_account
from _expressions import reference
from _principals import is_account_root, is_own_role
from _stack import FREE_MAPS, shown, texts

# Types that grant a permission without a statement that the rules could read. TAP-NET-3 checks permissions to invoke
# functions.
GRANTS = (
    "aws_cloudwatch_event_permission",
    "aws_kms_grant",
    "aws_lambda_layer_version_permission",
    "aws_vpc_endpoint_service_allowed_principal",
)
# Types for people and external identity providers. They are findings, because only the stack's roles may have
# permissions.
IDENTITIES = re.compile(
    r"aws_iam_(access_key|group|group_\w+|openid_connect_provider|policy_attachment|saml_provider"
    r"|service_specific_credential|signing_certificate|user|user_\w+|virtual_mfa_device)"
)
# Arguments with a role. The stack must declare the role, because the rules cannot check another role's permissions.
ROLE = re.compile(
    r"role|roles|iam_roles?|(\w+_)?role_arns?|(\w+_)?execution_role|ingestion_role|service_role|deliver_cross_account_role"
    r"|domain_iam_role_name|(authorizer_)?credentials_arn"
)
# Argument with a service-linked role of AWS.
SERVICE_LINKED = "service_linked_role_arn"


def wrong_grants(resource):
    """Yield a text for each permission that a resource gives to something other than a role of this stack.

    TAP-IAM rules check permissions in policy documents.
    """
    if resource.kind in GRANTS:
        yield f"{resource.kind} grants permissions without a policy document"
    if IDENTITIES.fullmatch(resource.kind):
        yield f"{resource.kind} gives permissions to people or an external identity provider"
    for principal in texts(resource.body.get("allowed_principals") or []):
        is_ours = is_own_account(principal) or is_account_root("AWS", principal)
        if not is_ours and not is_own_role(resource.stack, "AWS", principal):
            yield f"allowed_principals has {shown(principal)}"
    yield from foreign_roles(resource.stack, resource.body, "")


def foreign_roles(stack, body, before):
    """Yield a text for each argument, at any depth, with a role that the stack does not declare."""
    for name, value in body.items():
        for item in texts(value):
            if isinstance(item, dict) and name not in FREE_MAPS:
                yield from foreign_roles(stack, item, f"{before}{name}.")
            elif ROLE.fullmatch(name) and name != SERVICE_LINKED and not isinstance(item, dict):
                of_type, role, attribute = reference(item)
                is_role = of_type == "aws_iam_role" and attribute in ("arn", "id", "name")
                if not is_role or not stack.declares(of_type, role):
                    yield f"{before}{name} is {shown(item)}, which is not a role of this stack"
