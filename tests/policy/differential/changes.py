"""Changes of a document at random: of an argument, of a resource, of a block at its top."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ..slices import Document, blocks

SECTIONS = ("output", "provider", "terraform")  # in which arguments are changed now and then
REMOVED = "⌫"  # stands for a value that is taken away
Path_ = tuple[str | int, ...]
Edit = tuple[Path_, Any]


@dataclass(frozen=True)
class Change:
    """Values put at places of a document, in this order; what is not there any more is left alone."""

    says: str
    edits: tuple[Edit, ...]

    def apply(self, document: Document) -> Document:
        """A changed copy."""
        changed: Document = json.loads(json.dumps(document))
        for (*steps, last), value in self.edits:
            at: Any = changed
            for step in steps:
                at = at.setdefault(step, {}) if isinstance(at, dict) else at[step] if _has(at, step) else None
            if isinstance(at, dict) or _has(at, last):
                _put(at, last, value)
        return changed


def _has(at: Any, step: str | int) -> bool:
    return isinstance(at, list) and isinstance(step, int) and step < len(at)


def _put(at: Any, last: str | int, value: Any) -> None:
    if value != REMOVED:
        at[last] = json.loads(json.dumps(value))
    elif isinstance(at, list) or last in at:
        del at[last]


def change(chance: random.Random, document: Document) -> Change:
    """A change at random."""
    kind = chance.random()
    if kind < 0.1 or not blocks(document):
        return _of_a_block(chance)
    if kind < 0.2:
        return _of_a_resource(chance, document)
    return _of_an_argument(chance, document)


def _places(value: Any, path: Path_) -> Iterator[tuple[Path_, Any]]:
    """Every place beneath a value, but for CDKTF's comments."""
    items: Sequence[tuple[str | int, Any]] = ()
    if isinstance(value, dict):
        items = [(name, inner) for name, inner in value.items() if name != "//"]
    elif isinstance(value, list):
        items = list(enumerate(value))
    for step, inner in items:
        yield (*path, step), inner
        yield from _places(inner, (*path, step))


def _of_an_argument(chance: random.Random, document: Document) -> Change:
    """One argument, at any depth, of any resource, data source, output, provider or backend."""
    roots = [
        (section, kind, name)
        for section in ("resource", "data")
        for kind, named in document.get(section, {}).items()
        for name in named
    ]
    root: Path_ = chance.choice(roots)
    if chance.random() < 0.05:
        root = (chance.choice([section for section in SECTIONS if section in document]),)
    body: Any = document
    for step in root:
        body = body[step]
    every = list(_places(body, root))
    tags = [place for place in every if "tags" in place[0][:-1]]  # half of all places, and all alike
    places = [place for place in every if place not in tags] + tags[:1]
    if not places:
        return Change(f"{_told(root)} added", (((*root, "no_such_argument"), "a"),))
    path, value = chance.choice(places)
    says, edits = chance.choice(ARGUMENT_CHANGES)(chance, document, path, value)
    return Change(f"{_told(path)} {says}", edits)


def _told(path: Path_) -> str:
    steps = [str(step) for step in path]
    return ".".join(steps[1:] if steps[0] == "resource" else steps)


Told = tuple[str, tuple[Edit, ...]]
ArgumentChange = Callable[[random.Random, Document, Path_, Any], Told]

WORDS = (
    *("", "*", "a", "text with spaces", "0.0.0.0/0", "https://example.com/", "public-read", "NONE", "none", "AES256"),
    *("alias/aws/s3", "arn:aws:iam::111122223333:root", "arn:aws:kms:us-east-1:111122223333:key/1", "us-west-2"),
    *("%{ if true }a%{ endif }", "$${a}", "&{aws:username}", "aws.other", "../a", "A-b-dev", "a*-dev", "{}", "[]"),
)
NUMBERS = (0, -1, 1, 6, 7, 35, 366, 10**6, 10**12, 0.5, "7", "0", "1e3")
EXPRESSIONS = (
    *("${var.x}", "${local.x}", '${file("a")}', '${true ? "a" : "b"}', "${aws_kms_key.gone.arn}", "${each.key}"),
    *("${data.aws_ssm_parameter.x.value}", "${aws_s3_bucket.gone[*].arn}", '${"a"}', "${}"),
)
ATTRIBUTES = ("arn", "id", "name", "url", "key_id", "bucket", "json", "policy", "description", "tags_all", "arn[0]")
NAMES = (
    *("no_such_argument", "count", "for_each", "provider", "lifecycle", "policy", "name_prefix", "kms_key_id", "acl"),
    *("principal", "force_destroy", "skip_destroy", "deletion_protection", "publicly_accessible", "tags_all", "id"),
    *("dynamic", "provisioner", "not_actions", "not_resources", "principals", "condition", "target", "body"),
)


def _reference(chance: random.Random, document: Document) -> str:
    """To something in the document, by an attribute that it may have."""
    return f"${{{chance.choice(sorted(blocks(document)))}.{chance.choice(ATTRIBUTES)}}}"


def _set(says: str, value: Any) -> ArgumentChange:
    return lambda _chance, _document, path, _value: (says, ((path, value),))


def _one_of(values: Sequence[Any]) -> ArgumentChange:
    def changed(chance: random.Random, _document: Document, path: Path_, _value: Any) -> Told:
        value = chance.choice(values)
        return f"is {json.dumps(value)}", ((path, value),)

    return changed


def _other_reference(chance: random.Random, document: Document, path: Path_, _value: Any) -> Told:
    value = _reference(chance, document)
    return f"is {value}", ((path, value),)


def _template(chance: random.Random, document: Document, path: Path_, value: Any) -> Told:
    text = value if isinstance(value, str) else "a"
    value = chance.choice((f"{text}{_reference(chance, document)}", f"{text}/*", f"x{text}", f"{text}*", f"{text} "))
    return f"is {json.dumps(value)}", ((path, value),)


def _flipped(_chance: random.Random, _document: Document, path: Path_, value: Any) -> Told:
    value = {True: False, False: True, "true": "false", "Allow": "Deny", "Deny": "Allow"}.get(
        value if isinstance(value, str | bool) else "", "false"
    )
    return f"is {json.dumps(value)}", ((path, value),)


def _respelled(_chance: random.Random, _document: Document, path: Path_, value: Any) -> Told:
    """The same in another form: text for a flag or number, a list for a block, capitals."""
    if isinstance(value, bool | int):
        value = json.dumps(value)
    elif isinstance(value, dict):
        value = [value]
    elif isinstance(value, list) and len(value) == 1:
        (value,) = value
    elif isinstance(value, str) and "$" not in value:
        value = value.upper() if value != value.upper() else value.lower()
    return f"is spelled {json.dumps(value)[:60]}", ((path, value),)


def _duplicated(_chance: random.Random, _document: Document, path: Path_, value: Any) -> Told:
    """Twice: an item of a list at its end, a block as a list of two."""
    twice = [*value, *value] if isinstance(value, list) else [value, value]
    return "twice", ((path, twice),)


def _emptied(_chance: random.Random, _document: Document, path: Path_, value: Any) -> Told:
    empty: Any = {dict: {}, list: []}.get(type(value), "")
    return f"is {json.dumps(empty)}", ((path, empty),)


def _renamed(chance: random.Random, _document: Document, path: Path_, value: Any) -> Told:
    *before, last = path
    name = chance.choice((*NAMES, f"{last}s", f"{last}_prefix", str(last).upper()))
    return f"renamed {name}", ((path, REMOVED), ((*before, name), value))


def _added(chance: random.Random, document: Document, path: Path_, _value: Any) -> Told:
    *before, _last = path
    name = chance.choice(NAMES)
    value = chance.choice((*WORDS, *NUMBERS, *EXPRESSIONS, True, False, {}, [], [{}], _reference(chance, document)))
    return f"beside it {name} {json.dumps(value)}", (((*before, name), value),)


ARGUMENT_CHANGES: tuple[ArgumentChange, ...] = (
    _set("removed", REMOVED),
    _set("is null", None),
    _set("is false", False),
    _set('is "false"', "false"),
    _set("is a token", "${var.x}"),
    _one_of(WORDS),
    _one_of(NUMBERS),
    _one_of(EXPRESSIONS),
    _other_reference,
    _template,
    _flipped,
    _respelled,
    _duplicated,
    _emptied,
    _renamed,
    _added,
)


def _of_a_resource(chance: random.Random, document: Document) -> Change:
    """A whole resource or data source: removed, duplicated, of another type, or under another name."""
    section, kind, name = chance.choice(
        [
            (section, kind, name)
            for section in ("resource", "data")
            for kind, named in document.get(section, {}).items()
            for name in named
        ]
    )
    body = document[section][kind][name]
    path = (section, kind, name)
    match chance.choice(("removed", "duplicated", "renamed", "retyped", "emptied", "copied elsewhere")):
        case "removed":
            return Change(f"{_told(path)} removed", ((path, REMOVED),))
        case "duplicated":
            return Change(f"{_told(path)} twice", (((section, kind, "twin"), body),))
        case "renamed":
            return Change(f"{_told(path)} renamed", ((path, REMOVED), ((section, kind, "renamed"), body)))
        case "retyped":
            other = chance.choice(sorted(document[section]))
            return Change(f"{_told(path)} of type {other}", ((path, REMOVED), ((section, other, name), body)))
        case "emptied":
            comment = {"//": body["//"]} if "//" in body else {}
            return Change(f"{_told(path)} emptied", ((path, comment),))
        case _:
            body = json.loads(re.sub(r"\b([a-z]+)-dev\b", r"\1-more-dev", json.dumps(body)))
            return Change(f"{_told(path)} copied by another name", (((section, kind, "more"), body),))


TOP = (
    (("variable",), {"x": {"default": "*"}}),
    (("locals",), {"x": "*"}),
    (("check",), {"x": {"assert": [{"condition": "${true}", "error_message": "a"}]}}),
    (("removed",), [{"from": "aws_sqs_queue.x", "lifecycle": {"destroy": False}}]),
    (("moved",), [{"from": "aws_sqs_queue.x", "to": "aws_sqs_queue.y"}]),
    (("import",), [{"to": "aws_sqs_queue.x", "id": "sqs-x-dev"}]),
    (("output", "x"), {"value": "${aws_kms_key.gone.arn}"}),
    (("output", "x"), {"value": "a", "ephemeral": True}),
    (("data", "external"), {"x": {"program": ["sh"]}}),
    (("data", "aws_ssm_parameter"), {"x": {"name": "a"}}),
    (("data", "aws_region"), {"other": {"name": "eu-west-1"}}),
    (("provider", "aws"), [{"region": "us-east-1", "endpoints": [{"s3": "https://example.com"}]}]),
    (("provider", "aws"), [{"region": "us-east-1"}, {"region": "eu-west-1", "alias": "other"}]),
    (("provider", "aws"), []),
    (("provider", "external"), [{}]),
    (("terraform", "backend"), {"local": {}}),
    (("terraform", "backend", "s3", "encrypt"), False),
    (("terraform", "backend", "s3", "role_arn"), "arn:aws:iam::111122223333:role/a"),
    (("terraform", "required_providers", "aws", "version"), ">= 5"),
    (("terraform", "cloud"), {"organization": "a"}),
    (("resource", "aws_transfer_server"), {"x": {"protocols": ["SFTP"]}}),
    (("resource", "null_resource"), {"x": {}}),
    (("resource", "aws_kms_grant"), {"x": {"key_id": "a", "grantee_principal": "*", "operations": ["Decrypt"]}}),
    (("no_such_block",), {}),
)


def _of_a_block(chance: random.Random) -> Change:
    """Something at the top of the document."""
    path, value = chance.choice(TOP)
    return Change(f"{'.'.join(path)} is {json.dumps(value)[:80]}", ((path, value),))
