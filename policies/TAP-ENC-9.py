"""In Python because each type has its own settings, at any depth: what they are stands in _provider.jsonl."""

from _encryption import wrong_encryption
from _stack import StackCheck
from checkov.common.models.enums import CheckCategories


class WhateverHoldsDataIsEncrypted(StackCheck):
    id = "TAP-ENC-9"
    name = "Whatever else holds data is encrypted with a customer managed key"
    guideline = "switch the encryption on, and give each setting for a key the arn of an aws_kms_key of this stack"
    category = CheckCategories.ENCRYPTION

    def violations(self, resource):
        return wrong_encryption(resource)


check = WhateverHoldsDataIsEncrypted()
