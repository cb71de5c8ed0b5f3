"""In Python because it looks for arguments at any depth of any type, and YAML needs to be told where."""

from _stack import StackCheck, arguments, is_false, is_true

KEEPS_WHEN_TRUE = (
    "data_deletion_policy",
    "final_snapshot",
    "home_efs_file_system",
    "preserve",
    "retain_on_delete",
    "retain_physical_resources",
    "retain_stack",
    "retain_stacks",
    "retain_stacks_on_account_removal",
    "skip_destroy",
)
KEEPS_WHEN_FALSE = ("delete_automated_backups", "delete_on_termination", "skip_final_backup", "skip_final_snapshot")
# How Bedrock and SageMaker say that nothing is kept.
GONE = ("DELETE", "Delete")
# Who names a last snapshot wants one.
NAMES_WHAT_IT_KEEPS = ("final_snapshot_identifier", "final_snapshot_name")
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
    guideline = "set skip_destroy and retain_… to false, skip_final_… and delete_… to true, and name no final snapshot"

    def holds(self, resource):
        if resource.kind in MUST_SAY and resource.body.get(MUST_SAY[resource.kind]) is None:
            return False
        if resource.kind == "aws_sagemaker_domain" and "home_efs_file_system" not in dict(arguments(resource.body)):
            return False  # its users' files stay unless told otherwise
        return all(leaves_nothing(argument, value) for argument, value in arguments(resource.body))


def leaves_nothing(argument, value):
    if argument in KEEPS_WHEN_TRUE:
        return is_false(value) or value in GONE
    if argument in KEEPS_WHEN_FALSE:
        return is_true(value)
    return argument not in NAMES_WHAT_IT_KEEPS


check = DestroyingLeavesNothingBehind()
