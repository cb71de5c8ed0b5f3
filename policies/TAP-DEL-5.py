"""In Python because it looks for arguments at any depth of any type, and YAML needs to be told where."""

from _stack import StackCheck, arguments, is_true, shown

# A destroy of these fails as long as there is something in them, unless told otherwise.
MUST_SAY = {
    "aws_athena_workgroup": "force_destroy",
    "aws_backup_vault": "force_destroy",
    "aws_ecr_repository": "force_delete",
    "aws_s3_bucket": "force_destroy",
}


class WhatHoldsDataIsEmptied(StackCheck):
    id = "TAP-DEL-5"
    name = "What holds data is emptied when it is destroyed"
    guideline = "set force_destroy (in a registry: force_delete) to true"

    def violations(self, resource):
        must = MUST_SAY.get(resource.kind)
        if must and must not in resource.body:
            yield f"{must} is not set, and then AWS refuses to delete it while something is in it"
        for argument, value in arguments(resource.body):
            if argument in ("force_destroy", "force_delete") and not is_true(value):
                yield f"{argument} is {shown(value)}"


check = WhatHoldsDataIsEmptied()
