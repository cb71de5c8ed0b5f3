"""In Python: a YAML policy cannot compare the names of all resources of a type, or search at any depth."""

import json
import re

from _expressions import is_reference, is_unreadable, parse
from _names import IDS, IN_A_PARENT, naming_argument
from _stack import StackCheck, arguments, shown
from checkov.common.models.enums import CheckCategories

# Argument that names a local file -> argument with the file's hash.
FILES = {"filename": "source_code_hash"}
FILES_OF = {"aws_s3_bucket_object": {"source": "source_hash"}, "aws_s3_object": {"source": "source_hash"}}
ASSET = re.compile(r"assets(/[A-Za-z0-9_-][A-Za-z0-9_.-]*)+")
HASH = re.compile(r"[A-Za-z0-9+/]{22,}={0,2}")


class NothingCollides(StackCheck):
    id = "TAP-DOC-6"
    name = "Names are unique, and files are assets"
    guideline = (
        "give each resource of a type a unique name (case does not matter); name files relative to the stack, "
        "below assets/, and set the argument for their hash"
    )
    category = CheckCategories.CONVENTION

    def violations(self, resource):
        others = resource.stack.of_type(resource.kind)
        own = identity(resource.stack, resource.kind, resource.body)
        if own:
            for name, other in others.items():
                if name != resource.name and identity(resource.stack, resource.kind, other) == own:
                    yield f"{own[0]} {own[1]} is also the name of {resource.kind}.{name}"
        yield from files(resource)


def identity(stack, kind, body):
    """Return (argument, name, scope in which it must be unique), or None if the resource has no name."""
    argument = IDS.get(kind) or naming_argument(kind)
    name = body.get(argument)
    if not isinstance(name, str):
        return None
    name = written_out(stack, name)
    if any(is_unreadable(part) for part in parse(name)):
        return None
    parent = [body.get(of) for of in IN_A_PARENT.get(kind, ())]
    return argument, json.dumps(name.casefold()), json.dumps(parent)


def written_out(stack, name, seen=()):
    """Return a name with each reference replaced by the name to which it refers, if that name is known."""
    text = ""
    for part in parse(name):
        if is_reference(part) and part not in seen:
            inner = stack.of_type(part.kind).get(part.name, {}).get(part.attribute)
            text += written_out(stack, inner, (*seen, part)) if isinstance(inner, str) else f"${{{'.'.join(part)}}}"
        elif is_reference(part):  # a circle of references
            text += f"${{{'.'.join(part)}}}"
        else:
            text += part if isinstance(part, str) else part.text
    return text


def files(resource):
    for argument, hashed in {**FILES, **FILES_OF.get(resource.kind, {})}.items():
        for name, value in arguments(resource.body):
            if name == argument and not (isinstance(value, str) and ASSET.fullmatch(value)):
                yield f"{argument} is {shown(value)}, not a file below assets/"
        if argument in resource.body and not HASH.fullmatch(str(resource.body.get(hashed))):
            yield f"{hashed} has no hash of {argument}"


check = NothingCollides()
