"""In Python because it reads every value of every resource, and what stands outside of resources too."""

import re

from _documents import is_first
from _stack import StackCheck
from checkov.common.models.enums import CheckCategories

# A region, an availability zone, or the id of one.
REGION = re.compile(
    r"(?<![a-z0-9])("
    r"(af|ap|ca|cn|eu|eusc-de|il|me|mx|sa|us|us-gov|us-iso[a-z]?|eu-iso[a-z]?)"
    r"-(north|south|east|west|central)(east|west)?-[0-9]+[a-z]?"
    r"|[a-z]{3,5}[0-9]-az[0-9]+"
    r")(?![a-z0-9])"
)
# Comments, and tags: the user's words, which send nothing anywhere.
WORDS = ("//", "tags", "tags_all")


class NoRegionIsWrittenDown(StackCheck):
    id = "TAP-REG-1"
    name = "No region is written down but the provider's and the state's"
    guideline = "refer to data.aws_region, or to an attribute of the resource that is meant"
    category = CheckCategories.CONVENTION

    def holds(self, resource):
        if says_region(resource.body):
            return False
        sections = ("data", "output", "locals") if is_first(resource) else ()
        return not any(says_region(resource.stack.document.get(section)) for section in sections)


def says_region(value):
    if isinstance(value, dict):
        return any(says_region(name) or says_region(inner) for name, inner in value.items() if name not in WORDS)
    if isinstance(value, list):
        return any(says_region(inner) for inner in value)
    return isinstance(value, str) and REGION.search(value.lower()) is not None


check = NoRegionIsWrittenDown()
