"""TAP-DOC-2: values are literals, or templates with references to this stack's objects only."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from lib.aspects.document.meta_arguments import META_ARGUMENTS
from lib.aspects.expressions import Reference, Unsupported, parse
from lib.aspects.model import ANY_TYPE, StackRule
from lib.aspects.naming import NOT_OURS, naming_argument
from lib.aspects.provider.data import matches
from lib.aspects.terraform_json import Resource, StackView, format_value, literal
from lib.aspects.types import classified
from lib.findings.finding import Severity

# For an unclassified type (with a waiver for TAP-DOC-4), only these attributes are known to be set by AWS.
SOME_ID = "id of an unclassified type"
OF_ANY_TYPE = {"arn": "arn", "id": SOME_ID}
# End of an argument's name -> meanings of the attributes that it accepts. Other arguments accept each listed attribute.
EXPECTED = (
    (re.compile(r"(^|_)arns?$|(^|\.)resources$"), frozenset({"arn"})),
    (re.compile(r"^(?!(statement|target)_id$)(.*_)?ids?$"), frozenset({"arn", "id", "number", SOME_ID})),
    (re.compile(r"(^|_)names?$"), frozenset({"arn", "dns", "name", SOME_ID})),
    (re.compile(r"(^|_)urls?$"), frozenset({"url"})),
    (re.compile(r"(^|(?<!block_public)_)(policy|policy_document)$"), frozenset({"policy"})),
    (re.compile(r"(^|\.)(override|source)_(json|policy_documents)$"), frozenset({"policy"})),
)
# Characters allowed in parts of ARNs. `$` is in AWS's stage name $default.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
IN_AN_ARN = re.compile(r"[\w+=,.@/:$-]*", re.ASCII)
PARTS_OF_ARNS = ("path",)

Findings = Iterator[tuple[str, str]]


def _references(stack: StackView) -> Findings:
    for resource in (*stack.resources, *stack.data):
        arguments = {name: value for name, value in resource.attributes.items() if name not in META_ARGUMENTS}
        yield from _values(stack, resource, "", arguments)
        yield from _values(stack, resource, "timeouts", resource.attributes.get("timeouts"))
        yield from _parts_of_arns(resource)
    for section in sorted(stack.sections - {"//", "resource", "data"}):
        yield from _values(stack, None, section, stack.section(section))


def _values(stack: StackView, resource: Resource | None, where: str, value: Any) -> Findings:
    """Check every string at every depth, including keys of maps; `resource` is None outside of resources."""
    path = resource.path if resource else stack.name
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _key(path, where, name)
            yield from _values(stack, resource, f"{where}.{name}".lstrip("."), inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _values(stack, resource, where, inner)
    elif isinstance(value, str):
        for message in _template(stack, value, _expected_meanings(stack, resource, where)):
            yield path, f"{where}: {message}"


def _key(path: str, where: str, name: str) -> Findings:
    if any(not isinstance(part, str) for part in parse(name)):
        yield path, f"{where} has the key {format_value(name)}; expected a literal"


def _expected_meanings(stack: StackView, resource: Resource | None, where: str) -> frozenset[str]:
    """Return the meanings (`arn`, `url`, `policy`) of attributes that the argument accepts; empty if it accepts all."""
    of_type = stack.conventions.classified(resource.type) if resource else None
    argument = of_type.argument(where) if of_type else None
    if argument and argument.meaning:
        return frozenset({argument.meaning})
    return next((meanings for name, meanings in EXPECTED if name.search(where.rpartition(".")[2])), frozenset())


def _template(stack: StackView, text: str, expected: frozenset[str]) -> Iterator[str]:
    parts = parse(text)
    for position, part in enumerate(parts):
        if isinstance(part, Unsupported):
            yield f"{part.text} is evaluated by Terraform or IAM; expected a literal or a reference"
        elif isinstance(part, Reference):
            # A reference that follows other text (arn:aws:…) is only a part of the value.
            yield from _reference(stack, part, expected if position == 0 else frozenset(), is_whole=len(parts) == 1)


def _reference(stack: StackView, to: Reference, expected: frozenset[str], *, is_whole: bool) -> Iterator[str]:
    if stack.times_declared(to) != 1:
        times = stack.times_declared(to)
        yield f"{to.address} is declared {times} times in this stack; expected once"
        return
    of_type = classified(f"data.{to.type}" if to.is_data else to.type)
    attributes = OF_ANY_TYPE if of_type is None else of_type.attributes
    meaning = attributes.get(to.attribute)
    if meaning is None:
        listed = ", ".join(sorted(attributes)) or "none"
        yield f"{to.attribute} is not an attribute of {to.type} that only AWS sets; expected one of: {listed}"
        return
    if expected and meaning not in expected:
        yield f"{to.attribute} is the {meaning} of {to.address}; expected its {' or '.join(sorted(expected))}"
    elif meaning == "policy" and not (expected and is_whole):
        yield f"{to.address} is a policy; expected only as the whole value of a policy argument"


def _parts_of_arns(resource: Resource) -> Findings:
    named = set() if matches(NOT_OURS, resource.type) else {naming_argument(resource.type) or "name"}
    for name in sorted({*named, *PARTS_OF_ARNS}):
        value = literal(resource.attributes.get(name))
        if isinstance(value, str) and not IN_AN_ARN.fullmatch(value):
            yield resource.path, f"{name} is {format_value(value)}; expected letters, digits and +=,.@/:$_- only"


REFERENCES = StackRule(
    id="TAP-DOC-2",
    title="Values are literals, or references to attributes of this stack's objects that only AWS sets",
    why="Terraform evaluates functions, conditionals and directives after the check, so their values are unknown. "
    "An attribute that the author sets, such as a description, is free text: it could put a `*` into a policy.",
    severity=Severity.CRITICAL,
    controls=("PCI DSS 4.0.1 6.2.4", "Well-Architected SEC01-BP06"),
    resource_types=ANY_TYPE,
    waivable=False,
    fix="write the literal, computed in Python, or refer to a listed attribute of a resource of this stack",
    source="https://developer.hashicorp.com/terraform/language/expressions",
    check=_references,
)
