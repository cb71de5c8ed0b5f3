"""In Python because it judges any type, the unknown ones above all; a YAML policy has to name its types."""

from _encryption import OTHERS, WITHOUT_KEY
from _provider import TYPES
from _stack import StackCheck
from checkov.common.models.enums import CheckCategories


class EncryptionIsJudgedForEveryType(StackCheck):
    id = "TAP-ENC-10"
    name = "An encryption rule covers every type that holds data"
    guideline = "use a type that takes a customer managed key, or judge the new type in both judges' data"
    category = CheckCategories.ENCRYPTION

    def holds(self, resource):
        if WITHOUT_KEY.fullmatch(resource.kind):
            return False
        return resource.kind in TYPES or bool(OTHERS.fullmatch(resource.kind))


check = EncryptionIsJudgedForEveryType()
