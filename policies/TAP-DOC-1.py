"""In Python: a YAML policy reads resources only, and this policy checks everything else in the file."""

import re

from _conventions import CONVENTIONS, STATE
from _names import naming_argument
from _stack import StackCheck, blocks, is_literal, is_true, shown, texts

PROVIDER_VERSION = CONVENTIONS["provider_version"]
DATA = ("aws_caller_identity", "aws_iam_policy_document", "aws_partition", "aws_region")
ADDRESS = re.compile(r"([a-z][a-z0-9_]*)\.([A-Za-z_][A-Za-z0-9_-]*)")
COMMENT = "//"


class OnlyBlocksThatRulesCheck(StackCheck):
    id = "TAP-DOC-1"
    name = "The stack contains only blocks that the rules can check"
    guideline = (
        "remove the block or argument, or write it in the form that policies/README.md shows; compute values in "
        "Python, before the synthesis"
    )

    def violations(self, resource):
        return (f"{where} contains a list in a list" for where in lists_in_lists(resource.kind, resource.body))

    def violations_outside(self, stack):
        content = stack.document
        yield from (("", f"{name} is not allowed") for name in content if name not in (*JUDGES, "resource", COMMENT))
        yield from (("", f"{name} is missing") for name in ("provider", "terraform") if name not in content)
        for name, judge in JUDGES.items():
            if name in content:
                yield from judge(stack, content[name])
        for name in content.keys() - {COMMENT, "data", "resource"}:
            yield from (("", f"{where} contains a list in a list") for where in lists_in_lists(name, content[name]))


def lists_in_lists(where, value):
    """Yield the paths of nested lists. Terraform flattens them, and no rule reads them."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from lists_in_lists(f"{where}.{name}", inner)
    elif isinstance(value, list):
        if any(isinstance(item, list) for item in value):
            yield where
        for item in value:
            yield from lists_in_lists(where, item)


def data(stack, content):
    for kind in content:
        for name, body in stack.of_type(f"data.{kind}").items() if kind != COMMENT else ():
            if kind not in DATA:
                yield f"data.{kind}.{name}", f"data {kind} is not allowed"
            for where in lists_in_lists(kind, body):
                yield f"data.{kind}.{name}", f"{where} contains a list in a list"


def output(_stack, content):
    for name, body in content.items() if isinstance(content, dict) else [("", content)]:
        if name != COMMENT:
            yield from form(f"output {name}", body, ("value",), ("description", "sensitive"))


def provider(_stack, content):
    yield from form("provider", content, ("aws",))
    found = texts(content.get("aws", [])) if isinstance(content, dict) else []
    if len(found) != 1:
        yield "", f"there are {len(found)} aws providers; exactly one is allowed"
    for body in found:
        yield from form("provider aws", body, ("region",), ("default_tags",))
        if not isinstance(body, dict):
            continue
        yield from literals("provider aws", body, "region")
        for block in texts(body.get("default_tags", [])):
            yield from form("provider aws default_tags", block, ("tags",))
            tags = block.get("tags", {}) if isinstance(block, dict) else {}
            yield from (
                literals("provider aws default_tags", tags, *tags)
                if isinstance(tags, dict)
                else form("provider aws default_tags tags", tags, ())
            )


def terraform(_stack, content):
    yield from form("terraform", content, ("backend", "required_providers"))
    backend, providers = one(one(content).get("backend")), one(one(content).get("required_providers"))
    yield from form("terraform backend", backend, (STATE["backend"],))
    yield from form("terraform required_providers", providers, ("aws",))
    state, aws = one(backend.get(STATE["backend"])), one(providers.get("aws"))
    where = f"terraform backend {STATE['backend']}"
    yield from form(where, state, (*STATE["literals"], *STATE["flags"]))
    yield from literals(where, state, *STATE["literals"])
    for name in STATE["flags"]:
        if name in state and not is_true(state[name]):
            yield "", f"{where}: {name} is {shown(state[name])}"
    yield from form("terraform required_providers aws", aws, ("source", "version"))
    if aws.get("source") not in ("aws", "hashicorp/aws") or aws.get("version") != PROVIDER_VERSION:
        yield "", f"terraform required_providers aws is {shown(aws)}, not hashicorp/aws {PROVIDER_VERSION}"


def imported(stack, content):
    for body in texts(content):
        yield from form("import", body, ("id", "to"))
        if not isinstance(body, dict):
            continue
        kind, name = address(body.get("to"))
        own = stack.of_type(kind).get(name, {}).get(naming_argument(kind))
        if not is_literal(own) or body.get("id") != own:
            yield "", f"import: the id {shown(body.get('id'))} is not the name of the resource {shown(body.get('to'))}"


def moved(stack, content):
    for body in texts(content):
        yield from form("moved", body, ("from", "to"))
        if not isinstance(body, dict):
            continue
        before, after = address(body.get("from")), address(body.get("to"))
        if before[0] != after[0] or not stack.declares(*after) or stack.declares(*before):
            yield "", f"moved: {shown(body.get('from'))} does not move to a resource here: {shown(body.get('to'))}"


JUDGES = {
    "data": data,
    "import": imported,
    "moved": moved,
    "output": output,
    "provider": provider,
    "terraform": terraform,
}


def form(where, body, required, optional=()):
    """Yield (address, text) for each argument that a block must not have, and for each missing required argument."""
    if not isinstance(body, dict):
        yield "", f"{where} is {shown(body)}, not a block"
        return
    yield from (("", f"{where}: {name} is not allowed") for name in body if name not in (*required, *optional, COMMENT))
    yield from (("", f"{where}: {name} is missing") for name in required if name not in body)


def literals(where, body, *names):
    for name in names:
        if name in body and not (is_literal(body[name]) and is_literal(str(name))):
            yield "", f"{where}: {name} is {shown(body[name])}, not a literal"


def one(value):
    found = blocks(value)
    return found[0] if len(found) == 1 else {}


def address(text):
    match = ADDRESS.fullmatch(text) if isinstance(text, str) else None
    return match.groups() if match else ("", "")


check = OnlyBlocksThatRulesCheck()
