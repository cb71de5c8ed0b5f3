"""In Python: a YAML policy needs fixed paths, and this policy searches arguments at any depth of any type."""

from _documents import DOCUMENT, MERGING, document_of, many
from _expressions import reference
from _stack import StackCheck, arguments, shown
from checkov.common.models.enums import CheckCategories

POLICY = (
    "access_policies",
    "access_policy",
    "assume_role_policy",
    "delivery_destination_policy",
    "inline_policy",
    "key_policy",
    "policy",
    "policy_document",
    "repository_policy",
    "resource_policy",
    "secret_policy",
    "session_policy",
)
# Types whose argument `policy` is not an IAM policy, but is about a lifecycle, data masking or indexing.
OTHER_LANGUAGES = (
    "aws_cloudwatch_log_account_policy",
    "aws_cloudwatch_log_data_protection_policy",
    "aws_cloudwatch_log_index_policy",
    "aws_ecr_lifecycle_policy",
    "aws_sns_topic_data_protection_policy",
)
POLICY_ARN = ("managed_policy_arn", "managed_policy_arns", "policy_arn", "policy_arns")


class PoliciesAreDocuments(StackCheck):
    id = "TAP-IAM-4"
    name = "Policies are policy documents of the stack"
    guideline = "refer to the json of an aws_iam_policy_document; attach an aws_iam_policy of this stack, not AWS's"
    category = CheckCategories.IAM

    def violations(self, resource):
        stack = resource.stack
        for name, value in arguments(resource.body):
            if name in POLICY_ARN:
                unread = [arn for arn in many(value) if not is_own_policy(stack, arn)]
            elif name in POLICY and resource.kind not in OTHER_LANGUAGES:
                # The arguments of a block are checked one by one.
                unread = [] if is_block(value) or document_of(stack, value) else [value]
            else:
                continue
            for policy in unread:
                yield f"{name} is {shown(policy)}"

    def violations_outside(self, stack):
        for name, body in stack.documents().items():
            for argument in sorted(MERGING):
                for value in many(body.get(argument)):
                    if not document_of(stack, value):
                        yield f"{DOCUMENT}.{name}", f"{argument} has {shown(value)}"


def is_block(value):
    return all(isinstance(item, dict) for item in many(value))


def is_own_policy(stack, arn):
    kind, name, attribute = reference(arn)
    return kind == "aws_iam_policy" and attribute in ("arn", "id") and stack.declares(kind, name)


check = PoliciesAreDocuments()
