"""In Python: a YAML policy needs fixed paths, and this policy searches arguments at any depth of any type."""

from _stack import StackCheck, arguments, is_false, is_true, shown

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
# Values with which Bedrock and SageMaker keep no data.
GONE = ("DELETE", "Delete")
# Arguments that name a final snapshot. If one is set, AWS takes the snapshot.
NAMES_WHAT_IT_KEEPS = ("final_snapshot_identifier", "final_snapshot_name")
# Types that take a final snapshot by default.
MUST_SAY = {"aws_db_instance": "skip_final_snapshot", "aws_rds_cluster": "skip_final_snapshot"}


class DestroyingLeavesNothingBehind(StackCheck):
    id = "TAP-DEL-3"
    name = "A destroy leaves nothing behind"
    guideline = "set skip_destroy and retain_… to false, skip_final_… and delete_… to true, and name no final snapshot"

    def violations(self, resource):
        must = MUST_SAY.get(resource.kind)
        if must and must not in resource.body:
            yield f"{must} is not set; by default a snapshot remains"
        for argument, value in arguments(resource.body):
            if not leaves_nothing(argument, value):
                yield f"{argument} is {shown(value)}"


def leaves_nothing(argument, value):
    if argument in KEEPS_WHEN_TRUE:
        return is_false(value) or value in GONE
    if argument in KEEPS_WHEN_FALSE:
        return is_true(value)
    return argument not in NAMES_WHAT_IT_KEEPS


check = DestroyingLeavesNothingBehind()
