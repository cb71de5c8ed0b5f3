"""In Python because YAML policies cannot go from a resource to the statements of its policy document."""

from _conditions import is_bound_by
from _documents import StatementCheck, document_of
from _escalation import widens
from _grants import wrong_grants
from _pass_role import wrong_pass_role
from _principals import is_account_root
from checkov.common.models.enums import CheckCategories

KEYS = ("aws_kms_key", "aws_kms_external_key", "aws_kms_replica_key", "aws_kms_key_policy")


class PermissionsDoNotWiden(StatementCheck):
    id = "TAP-IAM-7"
    name = "No permission lets its holder widen permissions"
    guideline = (
        "leave the action out: permissions change with the stack, by a deployment; a key's administration is for the "
        "account's root with StringEquals kms:CallerAccount; grant by policy documents, to roles of this stack"
    )
    category = CheckCategories.IAM

    def violations(self, resource):
        yield from super().violations(resource)
        yield from wrong_grants(resource)

    def violations_of(self, statement, stack, resource):
        for action in statement.actions:
            reason = widens(action) if isinstance(action, str) else None
            if reason and not is_exempt(action, statement, stack, resource):
                yield f"{action}: {reason}"


def is_exempt(action, statement, stack, resource):
    if action == "iam:PassRole":
        return not any(wrong_pass_role(statement, stack))
    if action == "sts:AssumeRole":
        return is_trust(statement, resource)
    return action.startswith("kms:") and resource is not None and is_key_administration(statement, stack, resource)


def is_trust(statement, resource):
    """Whether a statement says who may take on the role that it belongs to: TAP-IAM-3 judges that."""
    if resource is None or resource.kind != "aws_iam_role":
        return False
    return document_of(resource.stack, resource.body.get("assume_role_policy")) == statement.document


def is_key_administration(statement, stack, resource):
    """Whether a key's policy speaks of this account's root, and of callers of this account only."""
    return (
        resource.kind in KEYS
        and bool(statement.principals)
        and all(is_account_root(kind, identifier) for kind, identifier in statement.principals)
        and is_bound_by(statement, stack, ("kms:calleraccount",))
    )


check = PermissionsDoNotWiden()
