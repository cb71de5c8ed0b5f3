"""In Python: a YAML policy must name its types, and this policy checks every type, including unknown types."""

from _encryption import WITHOUT_DATA, WITHOUT_KEY
from _provider import TYPES
from _stack import StackCheck
from checkov.common.models.enums import CheckCategories


class EncryptionIsJudgedForEveryType(StackCheck):
    id = "TAP-ENC-10"
    name = "Every type that holds data has an argument for a customer managed key"
    guideline = "use a type that has such an argument; for a type of a newer provider, update _provider.jsonl"
    category = CheckCategories.ENCRYPTION

    def violations(self, resource):
        if resource.kind in WITHOUT_KEY:
            yield f"{resource.kind} has no argument for a customer managed key"
        elif resource.kind not in TYPES and not WITHOUT_DATA.fullmatch(resource.kind):
            yield f"{resource.kind} is not a type of the pinned provider"


check = EncryptionIsJudgedForEveryType()
