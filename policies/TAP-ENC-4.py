"""In Python: Checkov resolves references, and its YAML operators raise errors on unexpected values."""

from _keys import KeyCheck


class QueuesAreEncrypted(KeyCheck):
    id = "TAP-ENC-4"
    name = "SQS queues are encrypted with a customer managed key"
    guideline = (
        "set kms_master_key_id to the arn of an aws_kms_key of this stack (sqs_managed_sse_enabled uses AWS's key)"
    )
    types = ("aws_sqs_queue",)
    argument = "kms_master_key_id"


check = QueuesAreEncrypted()
