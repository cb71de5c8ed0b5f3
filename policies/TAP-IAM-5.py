"""In Python because YAML policies cannot go from a resource to the statements of its policy document."""

from _documents import allowing
from _principals import OWN_ROOT, SILENT_SERVICES, acts_for_us, is_service, principals
from _stack import StackCheck, blocks, reference
from checkov.common.models.enums import CheckCategories


class StrangersAreNotAdmitted(StackCheck):
    id = "TAP-IAM-5"
    name = "Policies admit this account, its roles, and services that act for it"
    guideline = (
        "name services with a condition aws:SourceAccount or aws:SourceArn, this account's root, or the arn of an "
        "aws_iam_role of the stack"
    )
    category = CheckCategories.IAM

    def holds(self, resource):
        stack = resource.stack
        return all(
            not blocks(statement.get("not_principals"))
            and all(is_known(stack, statement, kind, identifier) for kind, identifier in principals(statement))
            for statement in allowing(resource)
        )


def is_known(stack, statement, kind, identifier):
    if is_service(kind, identifier):
        return identifier in SILENT_SERVICES or acts_for_us(stack, statement)
    if kind != "AWS" or not isinstance(identifier, str):
        return False
    of_type, name, attribute = reference(identifier)
    is_own_role = of_type == "aws_iam_role" and attribute == "arn" and stack.declares(of_type, name)
    return is_own_role or OWN_ROOT.fullmatch(identifier) is not None


check = StrangersAreNotAdmitted()
