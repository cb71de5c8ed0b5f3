"""Policy documents, statement by statement. No policy itself.

Checkov judges resources, so a document is judged where it is used; what nobody uses is on the stack's first resource.
"""

import json
import re

from _stack import StackCheck, blocks

USED = re.compile(r"data\.aws_iam_policy_document\.([A-Za-z0-9_-]+)")


class StatementCheck(StackCheck):
    """Derive, and define `allows_rightly`: every statement that does not plainly deny is asked."""

    def holds(self, resource):
        return all(self.allows_rightly(statement) for statement in allowing(resource))

    def allows_rightly(self, statement):
        """Whether the rule holds for a statement that allows, or may."""
        raise NotImplementedError


def allowing(resource):
    """The statements of a resource's documents; without an effect, or with an unknown one, a statement allows."""
    documents = resource.stack.documents()
    used = set(USED.findall(json.dumps(resource.body)))
    if is_first(resource):
        used |= documents.keys() - set(USED.findall(json.dumps(resource.stack.document.get("resource"))))
    for name in sorted(used & documents.keys()):
        for statement in blocks(documents[name].get("statement")):
            if statement.get("effect") != "Deny":
                yield statement


def is_first(resource):
    """Whether this resource answers for what belongs to none."""
    return (resource.kind, resource.name) == resource.stack.first


def listed(value):
    """An argument that may be missing, one text, or a list."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
