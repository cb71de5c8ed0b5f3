"""In Python because it looks for arguments at any depth of any type, and YAML needs to be told where."""

from _stack import StackCheck, arguments, is_false, shown

LOCKS = (
    "complete_lock",
    "lock_configuration",
    "mfa_delete",
    "object_lock_configuration",
    "object_lock_enabled",
    "object_lock_legal_hold_status",
    "object_lock_mode",
    "object_lock_retain_until_date",
    "retention_lock_type",
    "snaplock_configuration",
)
NO_LOCK = ("Disabled", "NONE", "OFF")
# They are a lock by being there.
LOCK_TYPES = ("aws_backup_vault_lock_configuration", "aws_s3_bucket_object_lock_configuration")


class NothingIsLocked(StackCheck):
    id = "TAP-DEL-4"
    name = "No object lock, no vault lock, and no deletion that needs a second factor"
    guideline = "take the lock away: what it holds cannot be deleted, and the stack neither"

    def violations(self, resource):
        if resource.kind in LOCK_TYPES:
            yield "it is a lock"
        for argument, value in arguments(resource.body):
            if argument in LOCKS and not (is_false(value) or value in ([], *NO_LOCK)):
                yield f"{argument} is {shown(value)}"


check = NothingIsLocked()
