"""In Python: Checkov's YAML operators compare numbers as text if one of both values is not a number."""

from _stack import StackCheck, number_of, shown
from checkov.common.models.enums import CheckCategories

SHORTEST = 365  # in days; 0 means forever


class LogGroupsSayHowLong(StackCheck):
    id = "TAP-RUN-5"
    name = "Log groups keep logs for at least twelve months, and have a retention period"
    guideline = "set retention_in_days to 365 or more"
    category = CheckCategories.LOGGING
    types = ("aws_cloudwatch_log_group",)

    def violations(self, resource):
        days = resource.body.get("retention_in_days")
        if (number_of(days) or 0) < SHORTEST:
            yield f"retention_in_days is {shown(days)}"


check = LogGroupsSayHowLong()
