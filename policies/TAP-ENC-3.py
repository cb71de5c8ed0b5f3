"""In Python: Checkov resolves references, and its YAML operators raise errors on unexpected values."""

from _keys import KeyCheck


class TopicsAreEncrypted(KeyCheck):
    id = "TAP-ENC-3"
    name = "SNS topics are encrypted with a customer managed key"
    guideline = "set kms_master_key_id to the arn of an aws_kms_key of this stack"
    types = ("aws_sns_topic",)
    argument = "kms_master_key_id"


check = TopicsAreEncrypted()
