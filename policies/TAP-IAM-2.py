"""In Python because YAML policies cannot go from a resource to the statements of its policy document."""

import re

from _documents import allowing, listed
from _stack import REFERENCE, StackCheck
from checkov.common.models.enums import CheckCategories

# Their service authorization page names no resource for them.
WITHOUT_RESOURCE = (
    "cloudwatch:PutMetricData",
    "dynamodb:ListStreams",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
)
# In their policy `*` means the key itself.
KEYS = ("aws_kms_key", "aws_kms_external_key", "aws_kms_replica_key", "aws_kms_key_policy")
WHERE_IT_STANDS = re.compile(r"\$\{data\.aws_(caller_identity|partition|region)\.[A-Za-z0-9_-]+\.[a-z_]+\}")
# What a wildcard may stand beneath: a reference, and the sign that ends the name it refers to.
BENEATH = re.compile(r"(\$\{aws_[^{}]+\})[/:][^*?]*[*?].*")


class ResourcesAreNamed(StackCheck):
    id = "TAP-IAM-2"
    name = "What is allowed is allowed on named resources"
    guideline = "refer to the arn of a resource of the stack, with /… or :… for what is beneath it; no not_resources"
    category = CheckCategories.IAM

    def holds(self, resource):
        return all(self.is_narrow(statement, resource) for statement in allowing(resource))

    def is_narrow(self, statement, resource):
        named = listed(statement.get("resources"))
        if listed(statement.get("not_resources")):
            return False
        if not named:
            # A role's trust policy is about the role itself.
            return resource.kind == "aws_iam_role" and listed(statement.get("actions")) == ["sts:AssumeRole"]
        if named == ["*"] and (
            resource.kind in KEYS or all(action in WITHOUT_RESOURCE for action in listed(statement.get("actions")))
        ):
            return True
        return all(isinstance(arn, str) and is_one(resource.stack, arn) for arn in named)


def is_one(stack, arn):
    rest = WHERE_IT_STANDS.sub("", arn)
    for kind, name, _ in REFERENCE.findall(rest):
        if not stack.declares(kind, name):
            return False
    if "${" in REFERENCE.sub("", rest) or "%{" in rest:
        return False
    if "*" not in arn and "?" not in arn:
        return arn.startswith(("arn:", "${"))
    beneath = BENEATH.fullmatch(arn)
    return beneath is not None and REFERENCE.fullmatch(beneath[1]) is not None


check = ResourcesAreNamed()
