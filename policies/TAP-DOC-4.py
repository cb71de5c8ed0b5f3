"""In Python because it judges every type that there is, by a list of its own."""

from _catalogue import ARGUMENTS
from _stack import StackCheck
from checkov.common.models.enums import CheckCategories


class TypesAreClassified(StackCheck):
    id = "TAP-DOC-4"
    name = "Every type is classified"
    guideline = "classify it in policies/_arguments.txt, in the three steps of policies/README.md; or ask for a waiver"
    category = CheckCategories.CONVENTION

    def violations(self, resource):
        return () if resource.kind in ARGUMENTS else (f"{resource.kind} is not classified",)


check = TypesAreClassified()
