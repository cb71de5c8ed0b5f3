"""Reads the stack's JSON as Terraform does, and defines the base class of all policies. Not a policy.

Checkov passes a single resource to a Python check. Our policies also need other resources, or arguments of any type, so
they read the synthesized JSON themselves. They import nothing from lib/.
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

# Terraform's meta-arguments, which every type has, and comments.
META_ARGUMENTS = (
    *("//", "connection", "count", "depends_on", "dynamic", "for_each", "lifecycle", "provider", "provisioner"),
    "timeouts",
)
NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?")
# Maps with free keys, which are not arguments.
FREE_MAPS = ("tags", "tags_all", "variables", "//")


class Resource(NamedTuple):
    """The resource `kind`.`name` of a stack, with its arguments."""

    stack: "Stack"
    kind: str
    name: str
    body: dict


class Elsewhere(str):
    """A violation outside of resources. `address` is a data source's (data.…), or empty for the whole stack."""

    address: str

    def __new__(cls, address, text):
        violation = super().__new__(cls, text)
        violation.address = address
        return violation


class StackCheck(BaseResourceCheck):
    """Base of all policies: set the attributes below, and define `violations` or `holds`.

    An exception in the check counts as a violation. Checkov stores the violations as details of its result, and the
    gate reports each as one finding: `name: violation`.
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
        """Check one resource. Overridden because Checkov's method skips resources with `count = 0`."""
        file, kind, name = self.entity_path.rsplit(":", 2)
        stack = Stack.read(file)
        try:
            found = list(dict.fromkeys(self.violations(Resource(stack, kind, name, stack.of_type(kind)[name]))))
            if (kind, name) == stack.first:
                # Checkov calls checks for resources only, so the file itself is checked with the first one.
                found += [Elsewhere(*each) for each in dict.fromkeys(self.violations_outside(stack))]
        except Exception as error:
            found = [f"this could not be checked ({error!r}); write it as the provider's documentation does"]
        self.details = [text for text in found if text]
        return CheckResult.FAILED if found else CheckResult.PASSED

    def scan_resource_conf(self, _conf):
        """Never called, because `scan_entity_conf` is overridden."""
        raise NotImplementedError

    def violations(self, resource):
        """Return a text for each violation in a Resource, with argument and value.

        An empty text adds nothing to the rule's name.
        """
        return () if self.holds(resource) else ("",)

    def violations_outside(self, _stack):
        """Return (address, text) of each violation outside of resources; only for rules with `types` = ("*",)."""
        return ()

    def holds(self, resource):
        """Return True if a Resource complies. For rules whose violations need no text."""
        raise NotImplementedError


class Stack:
    """One cdk.tf.json."""

    def __init__(self, document):
        self.document = document

    @classmethod
    def read(cls, file):
        """Read a file that Checkov names relative to the folder it searches (/ or cdktf.out), with a leading slash."""
        for root in (Path("/"), Path("cdktf.out").absolute()):
            path = root / file.lstrip("/")
            if path.is_file():
                return _read(path, path.stat().st_mtime_ns)
        raise FileNotFoundError(file)

    def of_type(self, kind):
        """Return name -> arguments of all resources of a type, or data sources if `kind` begins with `data.`."""
        section = "data" if kind.startswith("data.") else "resource"
        named = self.document.get(section, {}).get(kind.removeprefix("data."), {})
        return {name: body for name, body in named.items() if name != "//"}

    def documents(self):
        """Return name -> arguments of all policy documents."""
        return self.of_type("data.aws_iam_policy_document")

    @functools.cached_property
    def first(self):
        """Return (type, name) of the first resource."""
        return next((kind, name) for kind in self.document["resource"] if kind != "//" for name in self.of_type(kind))

    @property
    def suffix(self):
        """Return the environment's suffix, from the path of the state; empty if the path has another form."""
        backend = self.document.get("terraform", {})
        for step in ("backend", STATE["backend"]):
            found = blocks(backend.get(step)) if isinstance(backend, dict) else []
            backend = found[0] if found else {}
        path = backend.get(STATE["path"])
        return suffix_of(path) if is_literal(path) else ""

    def declares(self, kind, name):
        """Return True if the stack declares a resource or data source."""
        return name in self.of_type(kind)

    def is_own_key(self, value):
        """Return True if a value refers to a customer managed key of this stack."""
        kind, name, attribute = reference(value)
        return kind == "aws_kms_key" and attribute in ("arn", "key_id", "id") and name in self.of_type(kind)


@functools.lru_cache(maxsize=1)
def _read(path, _modified):
    return Stack(json.loads(path.read_text(), object_hook=without_nulls))


def without_nulls(block):
    """Remove arguments that are null: Terraform treats them as missing."""
    return {name: value for name, value in block.items() if value is not None}


def is_true(value):
    """Return True if the value is true or "true". Terraform accepts both."""
    return value is True or value == "true"


def is_false(value):
    """Return True if the value is false or "false". Terraform accepts both."""
    return value is False or value == "false"


def blocks(value):
    """Return the blocks of a value, an object or a list of objects. TAP-DOC-2 and TAP-DOC-5 report anything else."""
    return [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, dict)]


def number_of(value):
    """Return a literal number, also one in quotes; None for anything else."""
    return float(value) if not isinstance(value, bool) and NUMBER.fullmatch(str(value)) else None


def shown(value):
    """Return a value as findings show it: as JSON, shortened to 80 characters."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else f"{text[:79]}…"


def texts(value):
    """Return the values of an argument as a list. The argument may be a list or a single value."""
    return value if isinstance(value, list) else [value]


def arguments(body):
    """Yield (name, value) of every argument that is set, at any depth."""
    for name, value in body.items():
        if name in FREE_MAPS or value is None:
            continue
        yield name, value
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, dict):
                yield from arguments(item)
