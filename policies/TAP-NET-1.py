"""In Python because each of a bucket's blocks must be complete, and the reference counts where its text would not."""

from _stack import StackCheck, is_true
from checkov.common.models.enums import CheckCategories

SETTINGS = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")


class BucketsBlockPublicAccess(StackCheck):
    id = "TAP-NET-1"
    name = "Buckets block all public access"
    guideline = (
        "give the bucket an aws_s3_bucket_public_access_block that refers to its id, with block_public_acls, "
        "block_public_policy, ignore_public_acls and restrict_public_buckets all true"
    )
    category = CheckCategories.NETWORKING
    types = ("aws_s3_bucket",)

    def holds(self, resource):
        blocks = resource.stack.belonging_to("aws_s3_bucket_public_access_block", resource.name)
        return bool(blocks) and all(is_true(block.get(setting)) for block in blocks for setting in SETTINGS)


check = BucketsBlockPublicAccess()
