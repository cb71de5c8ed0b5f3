"""In Python because it reads another resource's statements: one of them must have all the parts, and nothing more."""

import json

from _stack import StackCheck, blocks, reference, texts
from checkov.common.models.enums import CheckCategories

# A statement of a policy document, and the same in JSON.
PARTS = {
    "effect": "Effect",
    "actions": "Action",
    "resources": "Resource",
    "not_actions": "NotAction",
    "not_resources": "NotResource",
    "not_principals": "NotPrincipal",
}


class BucketsRefuseWithoutTls(StackCheck):
    id = "TAP-ENC-8"
    name = "Buckets refuse requests without TLS"
    guideline = (
        "give the bucket a policy that refers to its id and denies s3:* to everyone, on the bucket and all in it, with "
        "the one condition Bool aws:SecureTransport false"
    )
    category = CheckCategories.ENCRYPTION
    types = ("aws_s3_bucket",)

    def holds(self, resource):
        policies = resource.stack.belonging_to("aws_s3_bucket_policy", resource.name)
        return bool(policies) and all(
            any(refuses(statement, resource.name) for statement in statements(resource.stack, policy.get("policy")))
            for policy in policies
        )


def statements(stack, policy):
    """The statements behind a policy argument, in one form: a data source's or a JSON text's."""
    if not isinstance(policy, str):
        return []
    if policy.startswith("${data."):
        kind, name, attribute = reference("${" + policy.removeprefix("${data."))
        document = stack.documents().get(name) if (kind, attribute) == ("aws_iam_policy_document", "json") else None
        # What overrides may replace the very statement that counts.
        if document is None or document.get("override_policy_documents") is not None:
            return []
        return [plain(statement) for statement in blocks(document.get("statement"))]
    try:
        found = json.loads(policy).get("Statement")
    except (ValueError, AttributeError):
        return []
    return [from_json(statement) for statement in blocks(found)]


def plain(statement):
    principals = [
        (block.get("type"), identifier)
        for block in blocks(statement.get("principals"))
        for identifier in texts(block.get("identifiers"))
    ]
    conditions = [
        (block.get("test"), block.get("variable"), texts(block.get("values")))
        for block in blocks(statement.get("condition"))
    ]
    return {**{part: statement.get(part) for part in PARTS}, "principals": principals, "conditions": conditions}


def from_json(statement):
    principal = statement.get("Principal")
    if isinstance(principal, dict):
        principals = [(kind, identifier) for kind, value in principal.items() for identifier in texts(value)]
    else:
        principals = [("*", principal)]
    condition = statement.get("Condition")
    conditions = [
        (test, variable, texts(values))
        for test, variables in (condition.items() if isinstance(condition, dict) else ())
        for variable, values in (variables.items() if isinstance(variables, dict) else ())
    ]
    parts = {part: statement.get(in_json) for part, in_json in PARTS.items()}
    return {**parts, "principals": principals, "conditions": conditions}


def refuses(statement, bucket):
    """Deny, everyone, everything, here and below, under this one condition."""
    if any(statement[part] is not None for part in ("not_actions", "not_resources", "not_principals")):
        return False
    arn = f"${{aws_s3_bucket.{bucket}.arn}}"
    resources = texts(statement["resources"])
    return (
        statement["effect"] == "Deny"
        and any(kind in ("*", "AWS") and identifier == "*" for kind, identifier in statement["principals"])
        and any(action in ("s3:*", "*") for action in texts(statement["actions"]))
        and arn in resources
        and f"{arn}/*" in resources
        and statement["conditions"]
        in ([("Bool", "aws:SecureTransport", ["false"])], [("Bool", "aws:SecureTransport", [False])])
    )


check = BucketsRefuseWithoutTls()
