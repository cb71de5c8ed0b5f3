"""In Python: only other resources show that a bucket receives access logs, for which the rule has an exception."""

from _access_logs import other_uses, takes_access_logs
from _attached import ConfigurationCheck, of_bucket
from _stack import blocks, shown
from checkov.common.models.enums import CheckCategories

KMS = ("aws:kms", "aws:kms:dsse")


class BucketsAreEncrypted(ConfigurationCheck):
    id = "TAP-ENC-2"
    name = "Buckets are encrypted with a customer managed key"
    guideline = (
        "give the bucket one aws_s3_bucket_server_side_encryption_configuration that refers to its id, with aws:kms "
        "and an aws_kms_key of this stack; a bucket with only access logs uses AES256, because AWS delivers access "
        "logs to no other bucket"
    )
    category = CheckCategories.ENCRYPTION
    types = ("aws_s3_bucket", "aws_s3_bucket_server_side_encryption_configuration")
    configuration = of_bucket("server_side_encryption_configuration", "server_side_encryption_configuration")

    def wrong_settings(self, resource, configuration):
        rules = blocks(configuration.get("rule"))
        defaults = [blocks(rule.get("apply_server_side_encryption_by_default")) for rule in rules]
        if not defaults or not all(defaults):
            yield "a rule has no apply_server_side_encryption_by_default"
        takes_logs = takes_access_logs(resource)
        for default in [default for of_rule in defaults for default in of_rule]:
            algorithm, key = default.get("sse_algorithm"), default.get("kms_master_key_id")
            if takes_logs and algorithm == "AES256":
                for use in other_uses(resource):
                    yield f"sse_algorithm is AES256, but the bucket is not only for access logs: {use} uses it"
            elif algorithm not in KMS or takes_logs:
                yield f"sse_algorithm is {shown(algorithm)}"
            elif not resource.stack.is_own_key(key):
                yield f"kms_master_key_id is {shown(key)}"


check = BucketsAreEncrypted()
