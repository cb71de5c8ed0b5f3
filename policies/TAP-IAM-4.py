"""In Python because it looks for arguments at any depth of any type, and YAML needs to be told where."""

import re

from _documents import is_first, listed
from _stack import StackCheck, arguments, reference
from checkov.common.models.enums import CheckCategories

DOCUMENT = re.compile(r"\$\{data\.aws_iam_policy_document\.([A-Za-z0-9_-]+)\.(json|minified_json)\}")
IN_IAMS_LANGUAGE = (
    "access_policies",
    "access_policy",
    "assume_role_policy",
    "inline_policy",
    "key_policy",
    "policy",
    "policy_document",
    "resource_policy",
    "secret_policy",
)
# What they call a policy is written in another language.
OTHERS = (
    "aws_appautoscaling_policy",
    "aws_cloudwatch_log_account_policy",
    "aws_cloudwatch_log_data_protection_policy",
    "aws_ecr_lifecycle_policy",
    "aws_opensearchserverless_access_policy",
    "aws_opensearchserverless_lifecycle_policy",
    "aws_opensearchserverless_security_policy",
    "aws_sns_topic_data_protection_policy",
)
BY_ARN = ("managed_policy_arns", "policy_arn", "policy_arns")
TAKEN_IN = ("override_json", "override_policy_documents", "source_json", "source_policy_documents")


class PoliciesAreDocuments(StackCheck):
    id = "TAP-IAM-4"
    name = "Policies are documents of the stack"
    guideline = "refer to the json of an aws_iam_policy_document; attach aws_iam_policy of the stack, none of AWS's"
    category = CheckCategories.IAM

    def holds(self, resource):
        stack = resource.stack
        if is_first(resource):
            for document in stack.documents().values():
                for argument in TAKEN_IN:
                    if not all(is_document(stack, value) for value in listed(document.get(argument))):
                        return False
        return all(can_be_read(resource, name, value) for name, value in arguments(resource.body))


def can_be_read(resource, name, value):
    if name in BY_ARN:
        return all(is_own_policy(resource.stack, arn) for arn in listed(value))
    if name not in IN_IAMS_LANGUAGE or resource.kind in OTHERS:
        return True
    # What stands in a block is read argument by argument.
    is_block = value and all(isinstance(item, dict) for item in listed(value))
    return is_block or is_document(resource.stack, value)


def is_document(stack, value):
    found = DOCUMENT.fullmatch(value) if isinstance(value, str) else None
    return found is not None and found[1] in stack.documents()


def is_own_policy(stack, arn):
    kind, name, _ = reference(arn)
    return kind == "aws_iam_policy" and stack.declares(kind, name)


check = PoliciesAreDocuments()
