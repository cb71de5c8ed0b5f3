"""In Python because it looks for arguments at any depth of any type, and YAML needs to be told where."""

from _stack import StackCheck, arguments, is_false

LOCKS = ("object_lock_configuration", "object_lock_mode", "object_lock_retain_until_date")
# A lock by being there.
LOCK_TYPES = (
    "aws_s3_bucket_object_lock_configuration",
    "aws_backup_vault_lock_configuration",
    "aws_glacier_vault_lock",
)


class NothingIsLocked(StackCheck):
    id = "TAP-DEL-4"
    name = "No object lock and no vault lock"
    guideline = "take the lock away: what it holds cannot be deleted, and the stack neither"

    def holds(self, resource):
        return resource.kind not in LOCK_TYPES and not any(
            is_lock(argument, value) for argument, value in arguments(resource.body)
        )


def is_lock(argument, value):
    if argument == "object_lock_enabled":
        return not is_false(value)
    if argument == "object_lock_legal_hold_status":
        return value != "OFF"
    return argument in LOCKS and value != []


check = NothingIsLocked()
