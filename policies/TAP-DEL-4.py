"""In Python because it looks for arguments at any depth of any type, and YAML needs to be told where."""

from _stack import StackCheck, arguments, is_false

LOCKS = (
    "complete_lock",
    "lock_configuration",
    "object_lock_configuration",
    "object_lock_enabled",
    "object_lock_legal_hold_status",
    "object_lock_mode",
    "object_lock_retain_until_date",
    "retention_lock_type",
    "snaplock_configuration",
)
NO_LOCK = ("OFF", "NONE")
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
    return argument in LOCKS and not (is_false(value) or value == [] or value in NO_LOCK)


check = NothingIsLocked()
