"""In Python: a YAML policy cannot follow the reference from a resource to its policy document."""

from _documents import StatementCheck
from _principals import is_account_root, is_own_role, is_tied_service
from _stack import blocks, shown
from checkov.common.models.enums import CheckCategories


class NobodyElseIsAdmitted(StatementCheck):
    id = "TAP-IAM-5"
    name = "Resource policies admit only this account, its roles, and services that act for it"
    guideline = (
        "admit only this account's root, the arn of an aws_iam_role of the stack, or a service with a condition on "
        "aws:SourceAccount or aws:SourceArn"
    )
    category = CheckCategories.IAM

    def violations_of(self, statement, stack, _resource):
        if blocks(statement.body.get("not_principals")):
            yield "not_principals admits everybody except those it names"
        for kind, identifier in statement.principals:
            if not (
                is_account_root(kind, identifier)
                or is_own_role(stack, kind, identifier)
                or is_tied_service(statement, stack, kind, identifier)
            ):
                yield f"the principal {shown(identifier)} of type {shown(kind)} is not this account's, nor acts for it"


check = NobodyElseIsAdmitted()
