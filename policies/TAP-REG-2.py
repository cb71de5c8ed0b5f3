"""In Python because a YAML policy cannot reach the blocks of providers."""

from _documents import is_first
from _stack import StackCheck, blocks
from checkov.common.models.enums import CheckCategories


class OneProvider(StackCheck):
    id = "TAP-REG-2"
    name = "One aws provider, so one account and one region"
    guideline = "declare one aws provider without alias, and take the argument provider from resources"
    category = CheckCategories.CONVENTION

    def holds(self, resource):
        own = is_default(resource.kind, resource.body)
        return own and (not is_first(resource) or stack_is_right(resource.stack.document))


def is_default(kind, body):
    return not kind.startswith("aws_") or body.get("provider") in (None, "aws")


def stack_is_right(document):
    providers = [one for group in blocks(document.get("provider")) for one in blocks(group.get("aws"))]
    data = document.get("data", {})
    return (
        len(providers) == 1
        and providers[0].get("alias") is None
        and all(is_default(kind, body) for kind in data for body in blocks(list(data[kind].values())))
    )


check = OneProvider()
