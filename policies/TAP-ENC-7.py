"""In Python: the period is a number, and Checkov's YAML operators compare numbers as text."""

import re

from _stack import StackCheck, is_true, number_of, shown
from checkov.common.models.enums import CheckCategories

# Kinds of keys that AWS does not rotate: docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html
NOT_ROTATED = re.compile("(RSA|ECC|HMAC|ML_DSA)_[A-Z0-9_]+|SM2")
# In days. The rule's maximum is AWS's default of one year; AWS accepts up to 2560.
LONGEST = 365


class KeysRotate(StackCheck):
    id = "TAP-ENC-7"
    name = "Customer managed keys are rotated at least once a year"
    guideline = "set enable_key_rotation to true; leave out rotation_period_in_days, or set it to 90 to 365"
    category = CheckCategories.ENCRYPTION
    types = ("aws_kms_key",)

    def violations(self, resource):
        spec = resource.body.get("customer_master_key_spec")
        if isinstance(spec, str) and NOT_ROTATED.fullmatch(spec):
            return
        enabled, days = resource.body.get("enable_key_rotation"), resource.body.get("rotation_period_in_days")
        if not is_true(enabled):
            yield f"enable_key_rotation is {shown(enabled)}"
        if days is not None and not 90 <= (number_of(days) or 0) <= LONGEST:
            yield f"rotation_period_in_days is {shown(days)}"


check = KeysRotate()
