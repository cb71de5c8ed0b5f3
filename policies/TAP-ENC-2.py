"""In Python because a bucket that takes access logs is an exception, and another resource says which one that is."""

from _stack import StackCheck, blocks, refers_to_bucket
from checkov.common.models.enums import CheckCategories


class BucketsAreEncrypted(StackCheck):
    id = "TAP-ENC-2"
    name = "Buckets are encrypted with a customer managed key"
    guideline = (
        "give the bucket an aws_s3_bucket_server_side_encryption_configuration that refers to its id, with aws:kms and "
        "an aws_kms_key of this stack; a bucket that takes access logs needs AES256, AWS delivers to no other"
    )
    category = CheckCategories.ENCRYPTION
    types = ("aws_s3_bucket",)

    def holds(self, resource):
        takes_logs = any(
            refers_to_bucket(logging.get("target_bucket"), resource.name)
            for logging in resource.stack.of_type("aws_s3_bucket_logging").values()
        )
        configurations = resource.stack.belonging_to(
            "aws_s3_bucket_server_side_encryption_configuration", resource.name
        )
        rules = [blocks(configuration.get("rule")) for configuration in configurations]
        return bool(rules) and all(
            of_one and all(self.is_right(resource.stack, rule, takes_logs) for rule in of_one) for of_one in rules
        )

    def is_right(self, stack, rule, takes_logs):
        defaults = blocks(rule.get("apply_server_side_encryption_by_default"))
        if takes_logs:
            return bool(defaults) and all(default.get("sse_algorithm") == "AES256" for default in defaults)
        return bool(defaults) and all(
            default.get("sse_algorithm") in ("aws:kms", "aws:kms:dsse")
            and stack.is_own_key(default.get("kms_master_key_id"))
            for default in defaults
        )


check = BucketsAreEncrypted()
