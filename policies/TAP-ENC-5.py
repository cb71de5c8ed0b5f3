"""In Python: Checkov resolves references, and its YAML operators raise errors on unexpected values."""

from _keys import KeyCheck


class LogGroupsAreEncrypted(KeyCheck):
    id = "TAP-ENC-5"
    name = "Log groups are encrypted with a customer managed key"
    guideline = "set kms_key_id to the arn of an aws_kms_key of this stack"
    types = ("aws_cloudwatch_log_group",)
    argument = "kms_key_id"


check = LogGroupsAreEncrypted()
