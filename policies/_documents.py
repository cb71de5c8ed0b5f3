"""Reads policy documents, statement by statement. Not a policy.

A document is checked for each resource that uses it, because the meaning of a statement depends on the resource: `*` in
a key's policy means the key. A document that no resource uses is checked alone. Findings name the document.
"""

import functools
from typing import NamedTuple

from _expressions import reference, references
from _stack import Elsewhere, StackCheck, blocks, texts

DOCUMENT = "data.aws_iam_policy_document"
JSON = ("json", "minified_json")
# In the policies of these types `*` means the key itself.
KEYS = ("aws_kms_key", "aws_kms_external_key", "aws_kms_replica_key", "aws_kms_key_policy")
# Arguments of a document that merge other documents into it.
MERGING = {"override_json", "override_policy_documents", "source_json", "source_policy_documents"}


class Statement(NamedTuple):
    """One statement of a document; `body` is its block in the JSON."""

    document: str
    number: int
    body: dict

    def __str__(self):
        return f"statement {self.body.get('sid') or self.number} of {DOCUMENT}.{self.document}"

    @property
    def allows(self):
        """Return True if the statement may allow something. Any effect except a literal Deny counts as Allow."""
        return self.body.get("effect") != "Deny"

    @property
    def actions(self):
        return many(self.body.get("actions"))

    @property
    def resources(self):
        return many(self.body.get("resources"))

    @property
    def principals(self):
        """Yield (type, identifier) of each principal; the identifier is None if a block has none."""
        found = blocks(self.body.get("principals"))
        return [(block.get("type"), each) for block in found for each in many(block.get("identifiers")) or [None]]

    @property
    def conditions(self):
        """Yield (operator, key in lower case, values) of each condition; IAM ignores the case of keys."""
        found = blocks(self.body.get("condition"))
        return [(block.get("test"), str(block.get("variable")).lower(), many(block.get("values"))) for block in found]


class StatementCheck(StackCheck):
    """Base of checks of single statements: define `violations_of`. `allowing_only` skips statements that deny."""

    allowing_only = True

    def violations(self, resource):
        for name in used_documents(resource.stack)[0].get((resource.kind, resource.name), ()):
            for text in self._violations_in(resource.stack, name, resource):
                yield Elsewhere(f"{DOCUMENT}.{name}", f"{text} (in {resource.kind}.{resource.name})")

    def violations_outside(self, stack):
        for name in used_documents(stack)[1]:
            for text in self._violations_in(stack, name, None):
                yield f"{DOCUMENT}.{name}", text

    def _violations_in(self, stack, name, resource):
        for statement in statements(stack, name):
            if statement.allows or not self.allowing_only:
                for text in self.violations_of(statement, stack, resource):
                    yield f"{statement}: {text}"

    def violations_of(self, statement, stack, resource):
        """Yield a text for each violation in a Statement; `resource` uses its document (None if no resource does)."""
        raise NotImplementedError


@functools.lru_cache(maxsize=2)
def used_documents(stack):
    """Return ((type, name) of a resource -> names of its documents), and the names of unused documents."""
    declared, used = stack.documents(), {}
    for kind in stack.document["resource"]:
        for name, body in stack.of_type(kind).items():
            using = {argument: value for argument, value in body.items() if argument != "tags"}
            named = {each.name for each in references(using) if each.kind == DOCUMENT and each.attribute in JSON}
            named &= declared.keys()
            if named:
                used[kind, name] = sorted(named)
    return used, sorted(declared.keys() - {name for names in used.values() for name in names})


def statements(stack, document):
    """Return the statements of the document with this name."""
    body = stack.documents().get(document, {})
    return [Statement(document, number, each) for number, each in enumerate(blocks(body.get("statement")))]


def document_of(stack, value):
    """Return the name of the document whose JSON a value refers to; None for anything else."""
    kind, name, attribute = reference(value)
    is_json = kind == DOCUMENT and attribute in JSON
    return name if is_json and stack.declares(kind, name) else None


def is_trust(statement, resource):
    """Return True if a statement is in the trust policy of a role (`resource`)."""
    return is_in(statement, resource, ("aws_iam_role",), "assume_role_policy")


def is_about_a_key(statement, resource):
    """Return True if a statement is in the policy of a key."""
    return is_in(statement, resource, KEYS, "policy")


def is_in(statement, resource, kinds, argument):
    """Return True if the Resource has one of these types, and its argument refers to the statement's document."""
    if resource is None or resource.kind not in kinds:
        return False
    return document_of(resource.stack, resource.body.get(argument)) == statement.document


def many(value):
    """Return the values of an argument that may be missing, a string or a list, as a list."""
    return [] if value is None else texts(value)
