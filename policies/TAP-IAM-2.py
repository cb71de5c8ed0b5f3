"""In Python because YAML policies cannot go from a resource to the statements of its policy document."""

from _documents import allowing, listed
from _expressions import Reference, parse
from _stack import StackCheck
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
PLACES = ("data.aws_caller_identity", "data.aws_partition", "data.aws_region")


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
    """An ARN of which Terraform computes nothing but names; a wildcard stands beneath a resource of the stack."""
    parts = [part for part in parse(arn) if not is_place(part)]
    named = [part for part in parts if isinstance(part, Reference)]
    if not all(isinstance(part, (str, Reference)) for part in parts):
        return False
    if not all(stack.declares(part.kind, part.name) for part in named):
        return False
    if "*" not in arn and "?" not in arn:
        return arn.startswith(("arn:", "${"))
    # The sign behind a reference ends the name that it refers to.
    return len(parts) == 2 and parts[:1] == named and parts[1].startswith(("/", ":"))


def is_place(part):
    """Where in AWS: account, partition or region."""
    return isinstance(part, Reference) and part.kind in PLACES


check = ResourcesAreNamed()
