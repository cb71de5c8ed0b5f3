"""What the Python policies share: the stack as Terraform reads it. No policy itself, so its name has an underscore.

Checkov hands a Python check one resource. These rules look at others of the stack too, or at any argument of any type,
so they read the synthesized JSON themselves. They read nothing else, and import nothing of this project.
"""

import functools
import json
import re
from pathlib import Path
from typing import NamedTuple

from _conventions import STATE, suffix_of
from _expressions import is_literal, reference
from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck

# Terraform's own arguments, which every type has; and comments.
META_ARGUMENTS = (
    *("//", "connection", "count", "depends_on", "dynamic", "for_each", "lifecycle", "provider", "provisioner"),
    "timeouts",
)
NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?")
# Maps of the user's own words: no argument stands there.
FREE_MAPS = ("tags", "tags_all", "variables", "//")


class Resource(NamedTuple):
    """What is judged: `kind`.`name` of a stack, with its arguments."""

    stack: "Stack"
    kind: str
    name: str
    body: dict


class Elsewhere(str):
    """A violation in what is no resource: `address` is that of a data source (data.…), or empty for the stack."""

    address: str

    def __new__(cls, address, text):
        violation = super().__new__(cls, text)
        violation.address = address
        return violation


class StackCheck(BaseResourceCheck):
    """Derive, say what it is, and define `violations`. What a rule cannot judge, because it raises, violates it.

    Checkov keeps the violations as the details of its result; each is one finding of the gate: `name: violation`.
    """

    id: str
    name: str
    guideline: str
    category = CheckCategories.GENERAL_SECURITY
    types = ("*",)

    def __init__(self):
        super().__init__(
            id=self.id,
            name=self.name,
            guideline=self.guideline,
            categories=[self.category],
            supported_resources=self.types,
        )

    def scan_entity_conf(self, _conf, _entity_type):
        """Checkov's would leave out resources with `count = 0`."""
        file, kind, name = self.entity_path.rsplit(":", 2)
        stack = Stack.read(file)
        try:
            found = list(dict.fromkeys(self.violations(Resource(stack, kind, name, stack.of_type(kind)[name]))))
            if (kind, name) == stack.first:
                # Checkov asks about resources only.
                found += [Elsewhere(*each) for each in dict.fromkeys(self.violations_outside(stack))]
        except Exception as error:
            found = [f"this could not be judged ({error!r}); write it as the provider's page does"]
        self.details = [text for text in found if text]
        return CheckResult.FAILED if found else CheckResult.PASSED

    def scan_resource_conf(self, _conf):
        """Not asked: the whole entity is judged above."""
        raise NotImplementedError

    def violations(self, resource):
        """What violates the rule in a Resource: a text for each that names argument and value, none where it holds.

        An empty text adds nothing to the rule's name.
        """
        return () if self.holds(resource) else ("",)

    def violations_outside(self, _stack):
        """(address, text) of what violates the rule outside of resources; for rules on every type (`types` is *)."""
        return ()

    def holds(self, resource):
        """Whether the rule holds for a Resource, where that is all there is to say."""
        raise NotImplementedError


class Stack:
    """One cdk.tf.json."""

    def __init__(self, document):
        self.document = document

    @classmethod
    def read(cls, file):
        """Checkov names a file from the root of its search, with a slash in front; .checkov.yaml searches cdktf.out."""
        for root in (Path("/"), Path("cdktf.out").absolute()):
            path = root / file.lstrip("/")
            if path.is_file():
                return _read(path, path.stat().st_mtime_ns)
        raise FileNotFoundError(file)

    def of_type(self, kind):
        """name -> arguments of every resource of a type, or data source of a type that begins with `data.`."""
        section = "data" if kind.startswith("data.") else "resource"
        named = self.document.get(section, {}).get(kind.removeprefix("data."), {})
        return {name: body for name, body in named.items() if name != "//"}

    def documents(self):
        """name -> arguments of every policy document."""
        return self.of_type("data.aws_iam_policy_document")

    @functools.cached_property
    def first(self):
        """(type, name) of the first resource."""
        return next((kind, name) for kind in self.document["resource"] if kind != "//" for name in self.of_type(kind))

    @property
    def suffix(self):
        """The environment's suffix, of which the path of the state tells. Empty where that has another form."""
        backend = self.document.get("terraform", {})
        for step in ("backend", STATE["backend"]):
            found = blocks(backend.get(step)) if isinstance(backend, dict) else []
            backend = found[0] if found else {}
        path = backend.get(STATE["path"])
        return suffix_of(path) if is_literal(path) else ""

    def declares(self, kind, name):
        """Whether the stack has that resource, or data source."""
        return name in self.of_type(kind)

    def is_own_key(self, value):
        """A reference to a customer managed key that this stack declares."""
        kind, name, attribute = reference(value)
        return kind == "aws_kms_key" and attribute in ("arn", "key_id", "id") and name in self.of_type(kind)


@functools.lru_cache(maxsize=1)
def _read(path, _modified):
    return Stack(json.loads(path.read_text(), object_hook=without_nulls))


def without_nulls(block):
    """To Terraform, an argument that is null is not there."""
    return {name: value for name, value in block.items() if value is not None}


def is_true(value):
    """Terraform takes the text for the word."""
    return value is True or value == "true"


def is_false(value):
    """Terraform takes the text for the word."""
    return value is False or value == "false"


def blocks(value):
    """A block may be an object or a list of objects. What is neither is no block: TAP-DOC-2 and TAP-DOC-5 find it."""
    return [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, dict)]


def number_of(value):
    """The number that is written down, also in quotes; None for anything else."""
    return float(value) if not isinstance(value, bool) and NUMBER.fullmatch(str(value)) else None


def shown(value):
    """A value as a finding shows it: in JSON, and not longer than a line."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else f"{text[:79]}…"


def texts(value):
    """An argument that may be one text or a list of them."""
    return value if isinstance(value, list) else [value]


def arguments(body):
    """(name, value) of every argument that is set, at any depth."""
    for name, value in body.items():
        if name in FREE_MAPS or value is None:
            continue
        yield name, value
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, dict):
                yield from arguments(item)
