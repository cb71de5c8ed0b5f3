"""In Python: Checkov resolves references, and its YAML operators raise errors on unexpected values."""

from _keys import KeyCheck


class EnvironmentsAreEncrypted(KeyCheck):
    id = "TAP-ENC-6"
    name = "Environment variables of Lambda functions are encrypted with a customer managed key"
    guideline = "set kms_key_arn to the arn of an aws_kms_key of this stack"
    types = ("aws_lambda_function",)
    argument = "kms_key_arn"

    def violations(self, resource):
        if "kms_key_arn" in resource.body or resource.body.get("environment") or "dynamic" in resource.body:
            yield from super().violations(resource)


check = EnvironmentsAreEncrypted()
