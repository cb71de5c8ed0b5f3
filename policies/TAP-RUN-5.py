"""In Python because Checkov's operators for numbers compare texts where one of the two is no number."""

from _stack import StackCheck, number_of, shown
from checkov.common.models.enums import CheckCategories

SHORTEST = 365  # days; 0 is for ever


class LogGroupsSayHowLong(StackCheck):
    id = "TAP-RUN-5"
    name = "Log groups keep their logs for twelve months or more, and say how long"
    guideline = "set retention_in_days to 365 or more"
    category = CheckCategories.LOGGING
    types = ("aws_cloudwatch_log_group",)

    def violations(self, resource):
        days = resource.body.get("retention_in_days")
        if (number_of(days) or 0) < SHORTEST:
            yield f"retention_in_days is {shown(days)}"


check = LogGroupsSayHowLong()
