"""Policy documents as the rules read them: which statements allow, who uses a document, whom a condition admits."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lib.aspects.terraform_json import Attributes, Resource, StackView, arguments, blocks, expressions, literal

DOCUMENT = "aws_iam_policy_document"

# What a document looks up about where it stands: account, partition, region.
SURROUNDINGS = re.compile(r"data\.aws_(caller_identity|partition|region)\.[\w-]+\.[a-z_]+")
ACCOUNT = re.compile(r"data\.aws_caller_identity\.[\w-]+\.account_id")
OF_A_RESOURCE = re.compile(r"(aws_[a-z0-9_]+)\.([\w-]+)\.[a-z_]+")

# Condition keys by which a service says for whom it acts, or by which a key knows the caller.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
SOURCES = frozenset(
    {"aws:sourceaccount", "aws:sourcearn", "kms:calleraccount", "kms:encryptioncontext:aws:logs:arn"},
)
# Tests that a missing key fails; those that end in IfExists let it pass.
TESTS = frozenset({"ArnEquals", "ArnLike", "StringEquals", "StringLike"})


def allowing(stack: StackView) -> Iterator[tuple[Resource, str, Attributes]]:
    """(document, how a message calls the statement, statement) of all that do not plainly deny.

    A statement without effect allows, and one whose effect is unknown may.
    """
    for document in stack.data:
        if document.type == DOCUMENT:
            for where, statement in allowing_in(document):
                yield document, where, statement


def allowing_in(document: Resource) -> Iterator[tuple[str, Attributes]]:
    """(how a message calls the statement, statement) of one document."""
    for number, statement in enumerate(blocks(document.attributes, "statement")):
        if literal(statement.get("effect")) != "Deny":
            sid = literal(statement.get("sid"))
            yield f"statement {sid if isinstance(sid, str) and sid else number}", statement


def listed(value: Any) -> list[Any]:
    """The items of an argument that may be one text or a list of them."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def meant_document(stack: StackView, value: Any) -> Resource | None:
    """The stack's document that the value is the JSON of."""
    for document in stack.data:
        if document.type == DOCUMENT and value in _spellings(document):
            return document
    return None


def users(stack: StackView, document: Resource) -> Iterator[tuple[Resource, str]]:
    """(resource, argument) of whatever uses a document."""
    for resource in (*stack.resources, *stack.data):
        for _, name, value in arguments(resource.attributes):
            if any(item in _spellings(document) for item in listed(value)):
                yield resource, name


def is_ours(stack: StackView, text: Any) -> bool:
    """Whether a text is about this account, or about a resource of this stack."""
    return isinstance(text, str) and any(
        ACCOUNT.fullmatch(expression) or is_of_a_resource(stack, expression) for expression in expressions(text)
    )


def is_of_a_resource(stack: StackView, expression: str) -> bool:
    """Whether an expression is an attribute of a resource that the stack declares."""
    match = OF_A_RESOURCE.fullmatch(expression)
    return bool(match) and any(resource.id == match[2] for resource in stack.of(match[1])) if match else False


def admits_only_ours(stack: StackView, statement: Attributes) -> bool:
    """Whether a condition holds the caller to this account, or to a resource of this stack."""
    return any(
        literal(condition.get("test")) in TESTS
        and str(condition.get("variable")).lower() in SOURCES
        and bool(listed(condition.get("values")))
        and all(is_ours(stack, value) for value in listed(condition.get("values")))
        for condition in blocks(statement, "condition")
    )


def _spellings(document: Resource) -> tuple[str, str]:
    start = f"${{data.{DOCUMENT}.{document.id}"
    return f"{start}.json}}", f"{start}.minified_json}}"
