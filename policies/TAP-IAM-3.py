"""In Python because YAML policies cannot go from a role to the statements of its trust policy."""

from _documents import USED, listed
from _principals import SILENT_SERVICES, acts_for_us, is_service, principals
from _stack import StackCheck, blocks
from checkov.common.models.enums import CheckCategories


class RolesTrustServices(StackCheck):
    id = "TAP-IAM-3"
    name = "Roles trust services alone, and only for this account"
    guideline = "allow sts:AssumeRole to principals of type Service, with a condition StringEquals aws:SourceAccount"
    category = CheckCategories.IAM
    types = ("aws_iam_role",)

    def holds(self, resource):
        document = USED.fullmatch(str(resource.body.get("assume_role_policy"))[2:].partition(".json}")[0])
        trust = document and resource.stack.documents().get(document[1])
        return trust is not None and all(
            self.is_for_a_service(resource.stack, statement)
            for statement in blocks(trust.get("statement"))
            if statement.get("effect") != "Deny"
        )

    def is_for_a_service(self, stack, statement):
        trusted = list(principals(statement))
        return (
            listed(statement.get("actions")) == ["sts:AssumeRole"]
            and bool(trusted)
            and all(is_service(kind, identifier) for kind, identifier in trusted)
            and (all(identifier in SILENT_SERVICES for _, identifier in trusted) or acts_for_us(stack, statement))
        )


check = RolesTrustServices()
