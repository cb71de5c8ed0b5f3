"""In Python: a YAML policy cannot follow the reference from a role to its trust policy."""

from _documents import document_of, statements
from _principals import is_tied_service
from _stack import StackCheck, shown
from checkov.common.models.enums import CheckCategories


class RolesTrustServices(StackCheck):
    id = "TAP-IAM-3"
    name = "Roles trust only AWS services that act for this account"
    guideline = "allow sts:AssumeRole to principals of type Service, with a condition StringEquals aws:SourceAccount"
    category = CheckCategories.IAM
    types = ("aws_iam_role",)

    def violations(self, resource):
        policy = resource.body.get("assume_role_policy")
        document = document_of(resource.stack, policy)
        if document is None:
            yield f"assume_role_policy {shown(policy)} is not the json of a policy document of this stack"
            return
        for statement in statements(resource.stack, document):
            if statement.allows:
                for text in strangers(statement, resource.stack):
                    yield f"{statement}: {text}"


def strangers(statement, stack):
    if statement.actions != ["sts:AssumeRole"]:
        yield f"actions is {shown(statement.actions)}"
    if not statement.principals:
        yield "principals is missing"
    for kind, identifier in statement.principals:
        if not is_tied_service(statement, stack, kind, identifier):
            yield f"the principal {shown(identifier)} of type {shown(kind)} is not a service that acts for this account"


check = RolesTrustServices()
