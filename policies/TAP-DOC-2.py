"""In Python: Checkov evaluates expressions, and a YAML policy would read the results instead of the expressions."""

import re

from _catalogue import ARGUMENTS, ATTRIBUTES
from _expressions import is_reference, is_unreadable, parse
from _names import is_ours, naming_argument
from _provider import TYPES
from _stack import META_ARGUMENTS, StackCheck, shown

WILDCARD = re.compile(r"[*?\s]")
# Meaning of the id of an unclassified type. It can be any text, so permissions must not contain it.
SOME_ID = "id of an unclassified type"
PARTS = ("account", "arn", "host", "id", "name", "partition", "region", "url", "version")
# Pattern of an argument's name -> meanings of the attributes that it may refer to. A policy document may be used only
# where its meaning is listed.
EXPECTED = (
    (re.compile(r"(.*_)?arns?|(alarm|ok|insufficient_data)_actions|resources|layers", re.IGNORECASE), ("arn",)),
    (re.compile(r"identifiers"), ("account", "arn")),
    (re.compile(r"values"), PARTS),
    (re.compile(r"(.*_)?urls?"), ("url",)),
    # Arguments with labels that the author chooses.
    (re.compile(r"(statement|target)_id"), (*PARTS, SOME_ID)),
    (re.compile(r"(.*_)?ids?"), ("account", "arn", "id", SOME_ID)),
    (re.compile(r"(.*_)?names?"), ("arn", "host", "name", "region", SOME_ID)),
    (re.compile(r"((access|assume_role|key|resource)_)?policy(_document)?"), ("document",)),
    (re.compile(r"(override|source)_(json|policy_documents)"), ("document",)),
    (re.compile(r".*"), (*PARTS, SOME_ID)),
)

# Type -> argument that takes an ARN although its name does not end in arn.
ARNS = {"aws_lambda_function": "role", "aws_s3_bucket_replication_configuration": "role"}


class ExpressionsAreReferences(StackCheck):
    id = "TAP-DOC-2"
    name = "Every value is a literal or a reference"
    guideline = (
        "write a literal, or refer to an attribute that policies/_attributes.txt lists with the expected meaning; use "
        "no function, conditional or directive, and no wildcard in a name"
    )

    def violations(self, resource):
        return judge(resource.stack, resource.kind, resource.body)

    def violations_outside(self, stack):
        for kind in ATTRIBUTES:
            if kind.startswith("data."):
                for name, body in stack.of_type(kind).items():
                    yield from ((f"{kind}.{name}", text) for text in judge(stack, kind, body))
        for section in stack.document.keys() - {"//", "data", "resource"}:
            yield from (("", text) for text in judge(stack, section, {section: stack.document[section]}, skip=()))


def judge(stack, kind, body, skip=META_ARGUMENTS):
    for name, value in body.items():
        if name not in skip:
            for path, text in texts((name,), value):
                parts = parse(text)
                wanted = expected(kind, path[-1])
                yield from (f"{'.'.join(path)}: {fault}" for fault in faults(stack, wanted, parts))
                literal = "".join(part for part in parts if isinstance(part, str))
                if is_part_of_arn(kind, path) and WILDCARD.search(literal):
                    yield f"{'.'.join(path)} is {shown(text)}, a part of an ARN; use no wildcard or space"


def texts(path, value):
    """Yield (path, text) of every string, including keys of maps."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, list):
        for item in value:
            yield from texts(path, item)
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield path, name
            yield from texts((*path, name), inner)


def faults(stack, wanted, parts):
    for part in parts:
        if is_unreadable(part):
            yield f"{shown(part.text)} is an expression that no rule can read"
        elif is_reference(part):
            spelt = ".".join(part)
            meaning = attributes(part.kind).get(part.attribute)
            if not stack.declares(part.kind, part.name):
                yield f"{spelt} is not declared in the stack"
            elif meaning is None:
                yield f"{spelt} may not be referenced: policies/_attributes.txt does not list it"
            elif not is_expected(wanted, parts, part, meaning):
                yield f"{spelt} has the wrong meaning; expected: {', '.join(wanted)}"


def attributes(kind):
    """Return attribute -> meaning for the attributes of a type that may be referenced; for any type, ARN and id."""
    if kind in ATTRIBUTES or kind in ARGUMENTS or kind.startswith("data."):
        return ATTRIBUTES.get(kind, {})
    return {"id": SOME_ID} if TYPES.get(kind, {}).get("arn") == "settable" else {"arn": "arn", "id": SOME_ID}


def is_expected(wanted, parts, part, meaning):
    if wanted == ("arn",) and part is parts[0]:
        return meaning == "arn"
    return meaning in (wanted if len(parts) == 1 else PARTS)


def expected(kind, argument):
    if ARNS.get(kind) == argument:
        return ("arn",)
    if kind == "output":
        return (*PARTS, SOME_ID)
    return next(meanings for pattern, meanings in EXPECTED if pattern.fullmatch(argument))


def is_part_of_arn(kind, path):
    own = naming_argument(kind) if is_ours(kind) else None
    return path == (own,) or (kind.startswith("aws_iam_") and path == ("path",))


check = ExpressionsAreReferences()
