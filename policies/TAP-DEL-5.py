"""In Python because it looks for arguments at any depth of any type, and YAML needs to be told where."""

from _stack import StackCheck, arguments, is_true

# A destroy of these fails as long as there is something in them, unless told otherwise.
MUST_SAY = {
    "aws_athena_database": "force_destroy",
    "aws_athena_workgroup": "force_destroy",
    "aws_backup_vault": "force_destroy",
    "aws_ecr_repository": "force_delete",
    "aws_ecrpublic_repository": "force_destroy",
    "aws_lightsail_bucket": "force_delete",
    "aws_s3_bucket": "force_destroy",
    "aws_s3_directory_bucket": "force_destroy",
}


class WhatHoldsDataIsEmptied(StackCheck):
    id = "TAP-DEL-5"
    name = "What holds data is emptied when it is destroyed"
    guideline = "set force_destroy (in a registry or a Lightsail bucket: force_delete) to true"

    def holds(self, resource):
        if resource.kind in MUST_SAY and resource.body.get(MUST_SAY[resource.kind]) is None:
            return False
        return all(
            is_true(value)
            for argument, value in arguments(resource.body)
            if argument in ("force_destroy", "force_delete")
        )


check = WhatHoldsDataIsEmptied()
