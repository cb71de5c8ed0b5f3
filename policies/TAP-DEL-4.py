"""In Python: a YAML policy needs fixed paths, and this policy searches arguments at any depth of any type."""

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
# Types of which every resource is a lock.
LOCK_TYPES = ("aws_backup_vault_lock_configuration", "aws_s3_bucket_object_lock_configuration")


class NothingIsLocked(StackCheck):
    id = "TAP-DEL-4"
    name = "There is no object lock, no vault lock, and no deletion that needs MFA"
    guideline = "remove the lock: locked objects cannot be deleted, so the stack cannot be destroyed"

    def violations(self, resource):
        if resource.kind in LOCK_TYPES:
            yield "this resource is a lock"
        for argument, value in arguments(resource.body):
            if argument in LOCKS and not (is_false(value) or value in ([], *NO_LOCK)):
                yield f"{argument} is {shown(value)}"


check = NothingIsLocked()
