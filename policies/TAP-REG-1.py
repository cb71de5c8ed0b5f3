"""In Python: a YAML policy reads resources only, and this policy reads every value in the file."""

import re

from _stack import StackCheck, shown
from checkov.common.models.enums import CheckCategories

# A region, an availability zone, or an availability zone's id.
REGION = re.compile(
    r"(?<![a-z0-9])("
    r"(af|ap|ca|cn|eu|eusc-de|il|me|mx|sa|us|us-gov|us-iso[a-z]?|eu-iso[a-z]?)"
    r"-(north|south|east|west|central)(east|west)?-[0-9]+[a-z]?"
    r"|[a-z]{3,5}[0-9]-az[0-9]+"
    r")(?![a-z0-9])"
)
# Sections that are not checked as a whole: other code checks resources, and the rest contains the allowed region.
ELSEWHERE = ("//", "data", "provider", "resource", "terraform")
# Comments and tags are free text without effect, so they may contain a region.
WORDS = ("//", "tags", "tags_all")


class NoRegionIsWrittenDown(StackCheck):
    id = "TAP-REG-1"
    name = "No region is written outside of the provider and the state backend"
    guideline = "refer to data.aws_region, or to an attribute of the resource"
    category = CheckCategories.CONVENTION

    def violations(self, resource):
        return regions(resource.body)

    def violations_outside(self, stack):
        for kind, named in stack.document.get("data", {}).items():
            for name, body in named.items() if kind != "//" else ():
                yield from ((f"data.{kind}.{name}", text) for text in regions(body))
        for name, block in stack.document.items():
            if name not in ELSEWHERE:
                yield from (("", f"{name}: {text}") for text in regions(block))


def regions(value):
    """Yield a text for each region in a value, at every depth, including the keys of maps."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name not in WORDS:
                yield from regions(name)
                yield from regions(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from regions(inner)
    elif isinstance(value, str) and (found := REGION.search(value.lower())):
        yield f"{found[0]} in {shown(value)}"


check = NoRegionIsWrittenDown()
