"""TAP-IAM-4: every policy is a policy document of the stack, which the other rules check."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lib.aspects.iam.arguments import attached, policies
from lib.aspects.iam.documents import DOCUMENT, MERGING, documents, referenced_document
from lib.aspects.model import ANY_TYPE, StackRule
from lib.aspects.terraform_json import StackView, as_list, format_value, reference
from lib.findings.finding import Severity


def _documents_of_the_stack(stack: StackView) -> Iterator[tuple[str, str]]:
    for resource in stack.resources:
        for path, value in policies(resource):
            if referenced_document(stack, value) is None:
                yield resource.path, f"{path} is {format_value(value)}; expected the json of a {DOCUMENT} of this stack"
        for path, value in attached(resource):
            if not _is_own_policy(stack, value):
                yield (
                    resource.path,
                    f"{path} is {format_value(value)}; expected the arn of an aws_iam_policy of this stack",
                )
    for document in documents(stack):
        for name in MERGING:
            for value in as_list(document.attributes.get(name)):
                if referenced_document(stack, value) is None:
                    yield document.path, f"{name} has {format_value(value)}; expected policies of this stack"


def _is_own_policy(stack: StackView, value: Any) -> bool:
    to = reference(value)
    if to is None or to.is_data or stack.get(to) is None:
        return False
    return to.type == "aws_iam_policy" and to.attribute in ("arn", "id")


DOCUMENTS = StackRule(
    id="TAP-IAM-4",
    title="Policies are policy documents of the stack",
    why="The rules cannot check a policy that is a JSON string, or a policy that AWS or another team may change.",
    severity=Severity.HIGH,
    controls=("PCI DSS 4.0.1 7.2.5", "Well-Architected SEC03-BP02"),
    resource_types=ANY_TYPE,
    waivable=True,
    fix="write a DataAwsIamPolicyDocument and pass its json; attach an IamPolicy of the stack, not a policy of AWS",
    source="https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/iam_policy_document",
    check=_documents_of_the_stack,
)
