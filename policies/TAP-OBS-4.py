"""In Python: the alarms' dimensions must refer to this table and each index, and Checkov replaces references."""

from _alarms import has_alarm
from _expressions import is_literal
from _stack import StackCheck, blocks, shown
from checkov.common.models.enums import CheckCategories


class TablesHaveAlarmsOnThrottles(StackCheck):
    id = "TAP-OBS-4"
    name = "Every table and index has alarms on its throttled reads and writes"
    guideline = (
        "declare alarms on ReadThrottleEvents and WriteThrottleEvents with the dimension TableName, by reference, and "
        "for each index also with GlobalSecondaryIndexName"
    )
    category = CheckCategories.LOGGING
    types = ("aws_dynamodb_table",)

    def violations(self, resource):
        indexes = [index.get("name") for index in blocks(resource.body.get("global_secondary_index"))]
        for name in ["", *indexes]:
            if not is_literal(name):
                yield f"global_secondary_index.name is {shown(name)}"
                continue
            index = {"GlobalSecondaryIndexName": name} if name else {}
            for metric in ("ReadThrottleEvents", "WriteThrottleEvents"):
                if not has_alarm(resource, "AWS/DynamoDB", metric, "TableName", ("name", "id"), **index):
                    yield f"no alarm watches {metric}{f' of the index {name}' if name else ''}"


check = TablesHaveAlarmsOnThrottles()
