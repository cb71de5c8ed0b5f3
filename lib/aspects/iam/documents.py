"""The policy documents (data sources aws_iam_policy_document) of a stack: their statements and their uses."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from lib.aspects.expressions import references
from lib.aspects.iam.arguments import KEY_TYPES, TRUST
from lib.aspects.terraform_json import Attributes, Resource, StackView, as_list, blocks, literal, reference

DOCUMENT = "aws_iam_policy_document"
_JSON = ("json", "minified_json")
# Arguments that merge other documents into this one. The rules do not read merged documents.
MERGING = ("override_json", "override_policy_documents", "source_json", "source_policy_documents")


@dataclass(frozen=True, eq=False)
class Statement:
    """A `statement` block of a document. `name` identifies it in messages: by its sid, else by its number."""

    document: Resource
    name: str
    block: Attributes

    @property
    def allows(self) -> bool:
        """Return True if the statement may allow something. A missing or unknown effect counts as Allow."""
        return bool(literal(self.block.get("effect")) != "Deny")

    @property
    def actions(self) -> list[Any]:
        return as_list(self.block.get("actions"))

    @property
    def resources(self) -> list[Any]:
        return as_list(self.block.get("resources"))

    @property
    def conditions(self) -> list[Attributes]:
        return blocks(self.block, "condition")

    @property
    def principals(self) -> list[tuple[Any, Any]]:
        """Yield (type, identifier) of each principal; the identifier is None if it is missing."""
        return [
            (block.get("type"), identifier)
            for block in blocks(self.block, "principals")
            for identifier in as_list(block.get("identifiers")) or [None]
        ]

    def finding(self, message: str) -> tuple[str, str]:
        return self.document.path, f"{self.name}: {message}"


@dataclass(frozen=True, eq=False)
class Use:
    """An argument that uses a document's JSON. `whole` is True if the argument contains nothing else."""

    resource: Resource
    path: str
    whole: bool

    @property
    def place(self) -> tuple[str, str]:
        return self.resource.type, self.path


def documents(stack: StackView) -> list[Resource]:
    """Return every policy document, including unused documents."""
    return [resource for resource in stack.data if resource.type == DOCUMENT]


def statements(stack: StackView) -> Iterator[Statement]:
    """Yield every statement of every document."""
    for document in documents(stack):
        yield from statements_of(document)


def allowing(stack: StackView) -> Iterator[Statement]:
    """Yield every statement whose effect is not a literal Deny."""
    return (statement for statement in statements(stack) if statement.allows)


def statements_of(document: Resource) -> Iterator[Statement]:
    for number, block in enumerate(blocks(document.attributes, "statement")):
        sid = literal(block.get("sid"))
        yield Statement(document, f"statement {sid if isinstance(sid, str) and sid else number}", block)


def referenced_document(stack: StackView, value: Any) -> Resource | None:
    """Return the policy document of the stack to whose JSON a value refers, or None."""
    to = reference(value)
    if to is None or not to.is_data or to.type != DOCUMENT or to.attribute not in _JSON:
        return None
    return stack.get(to)


def is_only(stack: StackView, document: Resource, expected: Callable[[Use], bool]) -> bool:
    """Return True if a document is used, and each use is whole and `expected`. Exemptions of rules require both."""
    uses = uses_of(stack, document)
    return bool(uses) and all(use.whole and expected(use) for use in uses)


def is_key_policy(use: Use) -> bool:
    """Return True if the use is a policy of a key of this stack: its argument, or an aws_kms_key_policy."""
    if use.resource.type not in KEY_TYPES or use.path != "policy":
        return False
    if use.resource.type != "aws_kms_key_policy":
        return True
    key = reference(use.resource.attributes.get("key_id"))
    return key is not None and key.type in KEY_TYPES - {"aws_kms_key_policy"} and not key.is_data


def is_trust_policy(use: Use) -> bool:
    return use.place == TRUST


def uses_of(stack: StackView, document: Resource) -> list[Use]:
    """Return every use of a document by a resource or another document."""
    return _uses(stack).get(document.id, [])


@lru_cache(maxsize=1)
def _uses(stack: StackView) -> Mapping[str, list[Use]]:
    """Return document id -> uses of that document."""
    found: dict[str, list[Use]] = {}
    for resource in (*stack.resources, *stack.data):
        given = {name: value for name, value in resource.attributes.items() if name != "tags"}  # see TAP-DOC-2
        for path, text in _texts(given):
            for to in references(text) if resource.type != DOCUMENT or path.removesuffix("[]") in MERGING else ():
                if to.is_data and to.type == DOCUMENT and to.attribute in _JSON:
                    whole = referenced_document(stack, text) is not None
                    found.setdefault(to.id, []).append(Use(resource, path, whole))
    return found


def _texts(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield (dotted path, text) of every string in a value, at every depth."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            if name != "//":
                yield from _texts(inner, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list):
        for inner in value:
            # A list of policies in one argument is invalid, so its path differs from the argument's.
            yield from _texts(inner, f"{path}[]" if isinstance(inner, str) else path)
