"""In Python: a YAML policy cannot read provider blocks."""

from _stack import StackCheck, blocks, shown
from checkov.common.models.enums import CheckCategories


class OneProvider(StackCheck):
    id = "TAP-REG-2"
    name = "There is one aws provider, so one account and one region"
    guideline = "declare one aws provider without alias, and remove the argument provider from resources"
    category = CheckCategories.CONVENTION

    def violations(self, resource):
        if not is_default(resource.kind, resource.body):
            yield f"provider is {shown(resource.body['provider'])}"

    def violations_outside(self, stack):
        providers = [one for group in blocks(stack.document.get("provider")) for one in blocks(group.get("aws"))]
        if len(providers) != 1:
            yield "", f"there are {len(providers)} aws providers instead of one"
        yield from (("", f"the provider's alias is {shown(one['alias'])}") for one in providers if "alias" in one)
        for kind, named in stack.document.get("data", {}).items():
            for name, body in named.items() if kind != "//" else ():
                if not is_default(kind, body):
                    yield f"data.{kind}.{name}", f"provider is {shown(body['provider'])}"


def is_default(kind, body):
    return not kind.startswith("aws_") or body.get("provider", "aws") == "aws"


check = OneProvider()
