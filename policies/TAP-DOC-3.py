"""In Python: Checkov interprets these arguments itself and hides them from YAML policies."""

import re

from _stack import StackCheck, blocks, is_false, is_true, shown, texts

FORBIDDEN = ("connection", "count", "dynamic", "for_each", "provisioner")
DURATION = re.compile(r"[0-9]+[smh]([0-9]+[smh])*")
TIMEOUTS = ("create", "delete", "read", "update")


class NoMetaArgumentsThatHide(StackCheck):
    id = "TAP-DOC-3"
    name = "No meta-argument changes which resources are created"
    guideline = (
        "remove the meta-argument, and use a loop or branch in Python; allowed are only depends_on, "
        "lifecycle.create_before_destroy, timeouts and provider = aws"
    )

    def violations(self, resource):
        return judge(resource.stack, resource.body)

    def violations_outside(self, stack):
        for kind, named in stack.document.get("data", {}).items():
            if kind != "//":
                for name, body in named.items():
                    if name != "//":
                        yield from ((f"data.{kind}.{name}", text) for text in judge(stack, body))


def judge(stack, body):
    yield from (f"{name} is set" for name in FORBIDDEN if name in body)
    yield from (
        f"{name} has a dynamic block" for name, value in body.items() if name != "dynamic" and is_dynamic(value)
    )
    for address in texts(body.get("depends_on", [])):
        if not is_declared(stack, address):
            yield f"depends_on names {shown(address)}, which is not a resource of the stack"
    for block in texts(body.get("lifecycle", [])):
        if not isinstance(block, dict):
            yield f"lifecycle is {shown(block)}"
            continue
        for name, value in block.items():
            if name != "create_before_destroy":
                yield f"lifecycle.{name} is set"
            elif not (is_true(value) or is_false(value)):
                yield f"lifecycle.create_before_destroy is {shown(value)}"
    if body.get("provider", "aws") != "aws":
        yield f"provider is {shown(body['provider'])}"
    for block in blocks(body.get("timeouts")):
        for name, value in block.items():
            if name not in TIMEOUTS or not isinstance(value, str) or not DURATION.fullmatch(value):
                yield f"timeouts.{name} is {shown(value)}"


def is_dynamic(value):
    if isinstance(value, dict):
        return "dynamic" in value or any(is_dynamic(inner) for inner in value.values())
    return isinstance(value, list) and any(is_dynamic(item) for item in value)


def is_declared(stack, address):
    if not isinstance(address, str) or address.count(".") != 1 + address.startswith("data."):
        return False
    kind, _, name = address.rpartition(".")
    return stack.declares(kind, name)


check = NoMetaArgumentsThatHide()
