"""In Python: exactly one access block must refer to each bucket, and Checkov replaces references by names."""

from _attached import ConfigurationCheck, of_bucket
from _stack import is_true, shown
from checkov.common.models.enums import CheckCategories

SETTINGS = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")


class BucketsBlockPublicAccess(ConfigurationCheck):
    id = "TAP-NET-1"
    name = "Buckets block all public access"
    guideline = (
        "give the bucket one aws_s3_bucket_public_access_block that refers to its id, with block_public_acls, "
        "block_public_policy, ignore_public_acls and restrict_public_buckets all true"
    )
    category = CheckCategories.NETWORKING
    types = ("aws_s3_bucket", "aws_s3_bucket_public_access_block")
    configuration = of_bucket("public_access_block")

    def wrong_settings(self, _resource, block):
        for setting in SETTINGS:
            if not is_true(block.get(setting)):
                yield f"{setting} is {shown(block.get(setting))}"


check = BucketsBlockPublicAccess()
