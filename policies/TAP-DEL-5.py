"""In Python: a YAML policy needs fixed paths, and this policy searches arguments at any depth of any type."""

from _stack import StackCheck, arguments, is_true, shown

# Type -> required argument. Without it, AWS deletes only an empty resource.
MUST_SAY = {
    "aws_athena_workgroup": "force_destroy",
    "aws_backup_vault": "force_destroy",
    "aws_ecr_repository": "force_delete",
    "aws_s3_bucket": "force_destroy",
}


class WhatHoldsDataIsEmptied(StackCheck):
    id = "TAP-DEL-5"
    name = "A resource with content can be destroyed"
    guideline = "set force_destroy (for an ECR repository: force_delete) to true"

    def violations(self, resource):
        must = MUST_SAY.get(resource.kind)
        if must and must not in resource.body:
            yield f"{must} is not set; AWS refuses to delete the resource unless it is empty"
        for argument, value in arguments(resource.body):
            if argument in ("force_destroy", "force_delete") and not is_true(value):
                yield f"{argument} is {shown(value)}"


check = WhatHoldsDataIsEmptied()
