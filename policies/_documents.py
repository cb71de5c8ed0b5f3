"""Policy documents, statement by statement. No policy itself.

Checkov judges resources, so a document is judged for each resource that uses it, because what a statement may say
depends on that: `*` in a key's policy is the key. A document that no resource uses is judged by itself. Findings stand
on the document.
"""

import functools
from typing import NamedTuple

from _expressions import reference, references
from _stack import Elsewhere, StackCheck, blocks, texts

DOCUMENT = "data.aws_iam_policy_document"
JSON = ("json", "minified_json")
# In their policy `*` means the key itself.
KEYS = ("aws_kms_key", "aws_kms_external_key", "aws_kms_replica_key", "aws_kms_key_policy")
# Arguments of a document that take in others.
MERGING = {"override_json", "override_policy_documents", "source_json", "source_policy_documents"}


class Statement(NamedTuple):
    """One statement of a document; `body` is as Terraform has it."""

    document: str
    number: int
    body: dict

    def __str__(self):
        return f"statement {self.body.get('sid') or self.number} of {DOCUMENT}.{self.document}"

    @property
    def allows(self):
        """Without an effect, or with one that is not plainly Deny, a statement allows."""
        return self.body.get("effect") != "Deny"

    @property
    def actions(self):
        return many(self.body.get("actions"))

    @property
    def resources(self):
        return many(self.body.get("resources"))

    @property
    def principals(self):
        """(type, identifier) of each; a block without identifiers is one without an identifier."""
        found = blocks(self.body.get("principals"))
        return [(block.get("type"), each) for block in found for each in many(block.get("identifiers")) or [None]]

    @property
    def conditions(self):
        """(operator, key, values) of each; keys are written in any case, and come in lower case."""
        found = blocks(self.body.get("condition"))
        return [(block.get("test"), str(block.get("variable")).lower(), many(block.get("values"))) for block in found]


class StatementCheck(StackCheck):
    """Derive, and define `violations_of`. With `allowing_only`, statements that plainly deny are left out."""

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
        """What violates the rule in a Statement that a Resource uses; None where no resource uses it."""
        raise NotImplementedError


@functools.lru_cache(maxsize=2)
def used_documents(stack):
    """((type, name) of a resource -> names of the documents it uses), names of the documents that no resource uses."""
    declared, used = stack.documents(), {}
    for kind in stack.document["resource"]:
        for name, body in stack.of_type(kind).items():
            named = {each.name for each in references(body) if each.kind == DOCUMENT and each.attribute in JSON}
            named &= declared.keys()
            if named:
                used[kind, name] = sorted(named)
    return used, sorted(declared.keys() - {name for names in used.values() for name in names})


def statements(stack, document):
    """The statements of the document of this name."""
    body = stack.documents().get(document, {})
    return [Statement(document, number, each) for number, each in enumerate(blocks(body.get("statement")))]


def document_of(stack, value):
    """The name of the document whose JSON a value is; None for anything else."""
    kind, name, attribute = reference(value)
    is_json = kind == DOCUMENT and attribute in JSON
    return name if is_json and stack.declares(kind, name) else None


def is_trust(statement, resource):
    """Whether a statement says who may take on the role, the Resource, that it belongs to."""
    return is_in(statement, resource, ("aws_iam_role",), "assume_role_policy")


def is_about_a_key(statement, resource):
    """Whether a statement is in the policy of a key."""
    return is_in(statement, resource, KEYS, "policy")


def is_in(statement, resource, kinds, argument):
    """Whether a statement's document is what an argument of a Resource of these types is."""
    if resource is None or resource.kind not in kinds:
        return False
    return document_of(resource.stack, resource.body.get(argument)) == statement.document


def many(value):
    """An argument that may be missing, one text, or a list."""
    return [] if value is None else texts(value)
