"""In Python because it looks for arguments at any depth of any type, and YAML needs to be told where."""

from _stack import StackCheck, arguments, is_false, is_true

KEEPS_WHEN_TRUE = (
    "retain_on_delete",
    "retain_physical_resources",
    "retain_stack",
    "retain_stacks",
    "retain_stacks_on_account_removal",
    "skip_destroy",
)
KEEPS_WHEN_FALSE = ("delete_automated_backups", "delete_on_termination", "skip_final_backup", "skip_final_snapshot")
# These keep a last snapshot or backup unless told otherwise.
MUST_SAY = {
    "aws_db_instance": "skip_final_snapshot",
    "aws_docdb_cluster": "skip_final_snapshot",
    "aws_fsx_ontap_volume": "skip_final_backup",
    "aws_fsx_openzfs_file_system": "skip_final_backup",
    "aws_fsx_windows_file_system": "skip_final_backup",
    "aws_lightsail_database": "skip_final_snapshot",
    "aws_neptune_cluster": "skip_final_snapshot",
    "aws_rds_cluster": "skip_final_snapshot",
    "aws_redshift_cluster": "skip_final_snapshot",
}


class DestroyingLeavesNothingBehind(StackCheck):
    id = "TAP-DEL-3"
    name = "Destroying leaves nothing behind"
    guideline = "set skip_destroy and retain_… to false; skip_final_snapshot, skip_final_backup and delete_… to true"

    def holds(self, resource):
        if resource.kind in MUST_SAY and resource.body.get(MUST_SAY[resource.kind]) is None:
            return False
        return all(
            is_false(value) if argument in KEEPS_WHEN_TRUE else is_true(value)
            for argument, value in arguments(resource.body)
            if argument in KEEPS_WHEN_TRUE + KEEPS_WHEN_FALSE
        )


check = DestroyingLeavesNothingBehind()
