"""In Python: it reads each type's encryption settings from _provider.jsonl, and searches for them at any depth."""

from _encryption import wrong_encryption
from _stack import StackCheck
from checkov.common.models.enums import CheckCategories


class WhateverHoldsDataIsEncrypted(StackCheck):
    id = "TAP-ENC-9"
    name = "All other types that hold data are encrypted with a customer managed key"
    guideline = "enable the encryption, and set each key setting to the arn of an aws_kms_key of this stack"
    category = CheckCategories.ENCRYPTION

    def violations(self, resource):
        return wrong_encryption(resource)


check = WhateverHoldsDataIsEncrypted()
