"""In Python because the alarms' dimensions must refer to this very table, and name each of its indexes."""

from _alarms import has_alarm
from _stack import StackCheck, blocks, is_literal
from checkov.common.models.enums import CheckCategories


class TablesHaveAlarmsOnThrottles(StackCheck):
    id = "TAP-OBS-4"
    name = "Every table and index has alarms on its throttled reads and writes"
    guideline = (
        "declare alarms on ReadThrottleEvents and WriteThrottleEvents with the dimension TableName, by reference, and "
        "for each index with GlobalSecondaryIndexName beside it"
    )
    category = CheckCategories.LOGGING
    types = ("aws_dynamodb_table",)

    def holds(self, resource):
        indexes = [index.get("name") for index in blocks(resource.body.get("global_secondary_index"))]
        others = [{}, *({"GlobalSecondaryIndexName": name} for name in indexes)]
        return all(is_literal(name) for name in indexes) and all(
            has_alarm(resource, "AWS/DynamoDB", metric, "TableName", ("name", "id"), **other)
            for metric in ("ReadThrottleEvents", "WriteThrottleEvents")
            for other in others
        )


check = TablesHaveAlarmsOnThrottles()
