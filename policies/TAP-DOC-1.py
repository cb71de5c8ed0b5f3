"""In Python because a YAML policy sees resources only, and this one is about everything else in the file."""

import re

from _names import naming_argument
from _stack import StackCheck, blocks, is_literal, is_true

PROVIDER_VERSION = "5.100.0"
DATA = ("aws_caller_identity", "aws_iam_policy_document", "aws_partition", "aws_region")
BACKEND = ("bucket", "encrypt", "key", "region", "use_lockfile")
ADDRESS = re.compile(r"([a-z][a-z0-9_]*)\.([A-Za-z_][A-Za-z0-9_-]*)")
COMMENT = "//"


class OnlyBlocksThatRulesCheck(StackCheck):
    id = "TAP-DOC-1"
    name = "The stack has only blocks that the rules can check"
    guideline = (
        "take the block or argument away: what a stack may have, and in which form, is in policies/README.md; "
        "Python decides before the synthesis what Terraform would decide afterwards"
    )

    def violations(self, _resource):
        return ()

    def violations_outside(self, stack):
        document = stack.document
        checks = {"data": data, "output": output, "provider": provider, "terraform": terraform}
        checks |= {"import": imported, "moved": moved, "resource": lambda _stack, _content: (), COMMENT: lambda *_: ()}
        for name, content in document.items():
            yield from checks[name](stack, content) if name in checks else [("", f"the block {name}")]
        for name in ("provider", "terraform"):
            if name not in document:
                yield "", f"there is no block {name}"


def data(_stack, content):
    for kind, named in content.items():
        if kind not in (*DATA, COMMENT):
            yield from ((f"data.{kind}.{name}", f"the data source {kind}") for name in named if name != COMMENT)


def output(_stack, content):
    for name, body in content.items() if isinstance(content, dict) else [("of the stack", content)]:
        if name != COMMENT:
            yield from unknown(f"output {name}", body, ("value", "description", "sensitive"), ("value",))


def provider(_stack, content):
    yield from unknown("provider", content, ("aws",))
    found = blocks(content.get("aws")) if isinstance(content, dict) else []
    if len(found) != 1:
        yield "", f"{len(found)} aws providers, where one is enough"
    for body in found:
        yield from unknown("provider aws", body, ("region", "default_tags"), ("region",))
        for tags in blocks(body.get("default_tags")):
            yield from unknown("provider aws default_tags", tags, ("tags",))
            yield from literals("provider aws default_tags", *values(tags.get("tags")))
        yield from literals("provider aws region", body.get("region"))


def terraform(_stack, content):
    yield from unknown("terraform", content, ("backend", "required_providers"), ("backend", "required_providers"))
    content = content if isinstance(content, dict) else {}
    backend, providers = one(content.get("backend")), one(content.get("required_providers"))
    yield from unknown("terraform backend", backend, ("s3",), ("s3",))
    state = one(backend.get("s3"))
    yield from unknown("terraform backend s3", state, BACKEND, BACKEND)
    yield from literals("terraform backend s3", *(state.get(name) for name in ("bucket", "key", "region")))
    yield from (
        ("", f"terraform backend s3: {name} is {state[name]!r}")
        for name in ("encrypt", "use_lockfile")
        if name in state and not is_true(state[name])
    )
    yield from unknown("terraform required_providers", providers, ("aws",), ("aws",))
    aws = one(providers.get("aws"))
    yield from unknown("terraform required_providers aws", aws, ("source", "version"))
    if aws.get("source") not in ("aws", "hashicorp/aws") or aws.get("version") != PROVIDER_VERSION:
        yield "", f"terraform required_providers aws is {aws}, not hashicorp/aws {PROVIDER_VERSION}"


def imported(stack, content):
    for body in blocks(content):
        yield from unknown("import", body, ("to", "id"), ("to", "id"))
        kind, name = address(body.get("to"))
        own = stack.of_type(kind).get(name, {}).get(naming_argument(kind))
        if not is_literal(body.get("id")) or body["id"] != own:
            yield "", f"import: id {body.get('id')!r} is not the name of {body.get('to')!r}, a resource of the stack"


def moved(stack, content):
    for body in blocks(content):
        yield from unknown("moved", body, ("from", "to"), ("from", "to"))
        before, after = address(body.get("from")), address(body.get("to"))
        if before[0] != after[0] or not stack.declares(*after) or stack.declares(*before):
            yield "", f"moved: {body.get('from')!r} does not become {body.get('to')!r}, a resource of the stack"


def unknown(where, body, allowed, required=()):
    """What a block holds beside what it may hold, and what it lacks."""
    if not isinstance(body, dict):
        yield "", f"{where} is {body!r}, not a block"
        return
    yield from (("", f"{where}: the argument {name}") for name in body if name not in (*allowed, COMMENT))
    yield from (("", f"{where}: there is no {name}") for name in required if name not in body)


def literals(where, *found):
    yield from (("", f"{where}: {value!r} is not written out") for value in found if not is_literal(value))


def values(tags):
    return [half for item in tags.items() for half in item] if isinstance(tags, dict) else [tags]


def one(value):
    found = blocks(value)
    return found[0] if len(found) == 1 else {}


def address(text):
    match = ADDRESS.fullmatch(text) if isinstance(text, str) else None
    return match.groups() if match else ("", "")


check = OnlyBlocksThatRulesCheck()
