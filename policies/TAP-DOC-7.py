"""In Python: it searches the arguments that the provider marks as secret, at any depth of 1,526 types."""

from _expressions import references
from _provider import TYPES
from _stack import StackCheck, blocks
from checkov.common.models.enums import CheckCategories


class NoSecretIsWrittenDown(StackCheck):
    id = "TAP-DOC-7"
    name = "No secret is in the configuration"
    guideline = (
        "let AWS create and store the secret (manage_master_user_password, a rotated secret), and refer to its ARN; "
        "values in the configuration are also in the state, the plan and the logs"
    )
    category = CheckCategories.SECRETS

    def violations(self, resource):
        for path in TYPES.get(resource.kind, {}).get("sensitive", ()):
            if is_set(resource.body, path.split(".")):
                yield f"{path} is set"
        yield from refers_to_secrets(resource.body)

    def violations_outside(self, stack):
        for kind, named in stack.document.get("data", {}).items():
            for name, body in named.items() if isinstance(named, dict) else ():
                yield from ((f"data.{kind}.{name}", text) for text in refers_to_secrets(body))
        for section in stack.document.keys() - {"//", "data", "resource"}:
            yield from (("", f"{section}: {text}") for text in refers_to_secrets(stack.document[section]))


def is_set(block, steps):
    if len(steps) == 1:
        return steps[0] in block
    return any(is_set(inner, steps[1:]) for inner in blocks(block.get(steps[0])))


def refers_to_secrets(value):
    for found in references(value):
        secrets = TYPES.get(found.kind.removeprefix("data."), {}).get("sensitive", ())
        if found.attribute in (path.split(".")[0] for path in secrets):
            yield f"a value refers to {'.'.join(found)}, which is a secret"


check = NoSecretIsWrittenDown()
