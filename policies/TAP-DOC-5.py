"""In Python: it compares every argument, also in blocks and JSON strings, with lists that YAML cannot read."""

from _catalogue import ARGUMENTS, allowed, missing, settings
from _expressions import references
from _stack import StackCheck, shown
from _two_places import ALSO_SET_BY
from checkov.common.models.enums import CheckCategories


class ArgumentsAreClassified(StackCheck):
    id = "TAP-DOC-5"
    name = "Every argument is classified"
    guideline = (
        "remove the argument or set it to a value that policies/_values.txt allows; if it weakens no rule, "
        "classify it in policies/_arguments.txt"
    )
    category = CheckCategories.CONVENTION

    def violations(self, resource):
        if resource.kind in ARGUMENTS:
            yield from judge(resource.kind, resource.body)
            yield from set_twice(resource)

    def violations_outside(self, stack):
        for kind in ARGUMENTS:
            if kind.startswith("data."):
                for name, body in stack.of_type(kind).items():
                    yield from ((f"{kind}.{name}", text) for text in judge(kind, body))


def judge(kind, body):
    yield from (f"{path.removeprefix(f'{kind}.')} is not set" for path in missing(kind, body))
    for path, value in settings(kind, body):
        argument = path.removeprefix(f"{kind}.")
        if value is None:
            yield f"{argument} is not classified"
        elif instead := allowed(path, value):
            yield f"{argument} is {shown(value)}; allowed: {instead}"


def set_twice(resource):
    for argument, kind, by in ALSO_SET_BY.get(resource.kind, ()):
        for name, other in resource.stack.of_type(kind).items() if argument in resource.body else ():
            if any(found[:2] == (resource.kind, resource.name) for found in references(other.get(by))):
                yield f"{argument} is set here and by {kind}.{name}; each would overwrite the other"


check = ArgumentsAreClassified()
