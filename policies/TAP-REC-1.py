"""In Python: the period is a number, which Checkov's YAML operators compare as text, and replicas are a list."""

from _stack import StackCheck, blocks, is_true, number_of, shown
from checkov.common.models.enums import CheckCategories

# In days. DynamoDB accepts 1 to 35; the default is 35. A faulty release may remain unnoticed for a week.
SHORTEST = 7


class TablesCanBeRestored(StackCheck):
    id = "TAP-REC-1"
    name = f"DynamoDB tables have point-in-time recovery over at least {SHORTEST} days"
    guideline = (
        "set point_in_time_recovery.enabled to true; leave out recovery_period_in_days, or set it to 7 to 35; set a "
        "replica's point_in_time_recovery to true"
    )
    category = CheckCategories.BACKUP_AND_RECOVERY
    types = ("aws_dynamodb_table", "aws_dynamodb_table_replica")

    def violations(self, resource):
        body = resource.body
        if resource.kind == "aws_dynamodb_table_replica":
            if not is_true(body.get("point_in_time_recovery")):
                yield f"point_in_time_recovery is {shown(body.get('point_in_time_recovery'))}"
            return
        recoveries = blocks(body.get("point_in_time_recovery"))
        if not recoveries:
            yield "point_in_time_recovery is missing"
        for recovery in recoveries:
            if not is_true(recovery.get("enabled")):
                yield f"point_in_time_recovery.enabled is {shown(recovery.get('enabled'))}"
            days = recovery.get("recovery_period_in_days")
            if days is not None and not SHORTEST <= (number_of(days) or 0) <= 35:
                yield f"point_in_time_recovery.recovery_period_in_days is {shown(days)}"
        for replica in blocks(body.get("replica")):
            if not is_true(replica.get("point_in_time_recovery")):
                yield f"replica.point_in_time_recovery is {shown(replica.get('point_in_time_recovery'))}"


check = TablesCanBeRestored()
