"""In Python because it judges any type, the unknown ones above all; a YAML policy has to name its types."""

from _encryption import WITHOUT_DATA, WITHOUT_KEY
from _provider import TYPES
from _stack import StackCheck
from checkov.common.models.enums import CheckCategories


class EncryptionIsJudgedForEveryType(StackCheck):
    id = "TAP-ENC-10"
    name = "An encryption rule covers every type that holds data"
    guideline = "use a type that takes a customer managed key; for a newer provider's type write _provider.jsonl anew"
    category = CheckCategories.ENCRYPTION

    def violations(self, resource):
        if resource.kind in WITHOUT_KEY:
            yield f"{resource.kind} takes no customer managed key"
        elif resource.kind not in TYPES and not WITHOUT_DATA.fullmatch(resource.kind):
            yield f"{resource.kind} is not among the provider's types"


check = EncryptionIsJudgedForEveryType()
