"""In Python: Checkov resolves references, and its YAML operators raise errors on unexpected values."""

from _stack import StackCheck, blocks, is_true, shown
from checkov.common.models.enums import CheckCategories

OF_A_TABLE = ("server_side_encryption", "replica")


class TablesAreEncrypted(StackCheck):
    id = "TAP-ENC-1"
    name = "DynamoDB tables are encrypted with a customer managed key"
    guideline = (
        "set server_side_encryption to enabled = true with kms_key_arn of an aws_kms_key of this stack; set a "
        "replica's kms_key_arn as well"
    )
    category = CheckCategories.ENCRYPTION
    types = ("aws_dynamodb_table", "aws_dynamodb_table_replica")

    def violations(self, resource):
        stack, body = resource.stack, resource.body
        if resource.kind == "aws_dynamodb_table_replica":
            yield from wrong_key(stack, "kms_key_arn", body)
            return
        encryption = blocks(body.get("server_side_encryption"))
        if not encryption:
            yield "server_side_encryption is missing"
        for block in encryption:
            if not is_true(block.get("enabled")):
                yield f"server_side_encryption.enabled is {shown(block.get('enabled'))}"
            yield from wrong_key(stack, "server_side_encryption.kms_key_arn", block)
        for block in blocks(body.get("replica")):
            yield from wrong_key(stack, "replica.kms_key_arn", block)
        for name in OF_A_TABLE:
            if any(name in dynamic for dynamic in blocks(body.get("dynamic"))):
                yield f"{name} is a dynamic block, whose content is unknown before the deployment"


def wrong_key(stack, path, block):
    key = block.get("kms_key_arn")
    if not stack.is_own_key(key):
        yield f"{path} is {shown(key)}"


check = TablesAreEncrypted()
