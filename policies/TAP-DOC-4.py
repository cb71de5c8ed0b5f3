"""In Python: it compares every resource type with the list in _arguments.txt, which a YAML policy cannot read."""

from _catalogue import ARGUMENTS
from _stack import StackCheck
from checkov.common.models.enums import CheckCategories


class TypesAreClassified(StackCheck):
    id = "TAP-DOC-4"
    name = "Every resource type is classified"
    guideline = "classify the type in policies/_arguments.txt as policies/README.md describes, or add a waiver"
    category = CheckCategories.CONVENTION

    def violations(self, resource):
        return () if resource.kind in ARGUMENTS else (f"{resource.kind} is not classified",)


check = TypesAreClassified()
