"""In Python: a YAML policy cannot follow the reference from a resource to its policy document."""

from _actions import takes_any_resource
from _arns import is_own_arn
from _documents import StatementCheck, is_about_a_key, is_trust
from _stack import shown
from checkov.common.models.enums import CheckCategories

# AWS forbids resources in the policies of these types, because the policies apply to the repository itself.
# docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policies.html
WITHOUT_RESOURCES = ("aws_ecr_repository_policy",)


class ResourcesAreNamed(StatementCheck):
    id = "TAP-IAM-2"
    name = "Permissions name resources of this stack"
    guideline = (
        "refer to the arn of a resource of the stack, with /… or :… for parts of it; use `*` only in a separate "
        "statement for actions that AWS cannot limit to a resource; use no not_resources"
    )
    category = CheckCategories.IAM

    def violations_of(self, statement, stack, resource):
        kind = resource.kind if resource else None
        if statement.body.get("not_resources", []) != []:
            yield f"not_resources {shown(statement.body['not_resources'])} allows every other resource"
        elif not statement.resources and kind not in WITHOUT_RESOURCES and not is_trust(statement, resource):
            yield "resources is missing"
        for arn in statement.resources:
            if arn == "*" and (is_about_a_key(statement, resource) or is_for_any(statement.actions)):
                continue
            if not is_own_arn(stack, arn):
                yield f"{shown(arn)} is not a resource of this stack"


def is_for_any(actions):
    """Return True if there are actions, and AWS can limit none of them to a resource."""
    return bool(actions) and all(isinstance(action, str) and takes_any_resource(action) for action in actions)


check = ResourcesAreNamed()
