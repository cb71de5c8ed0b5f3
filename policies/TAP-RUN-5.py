"""In Python because Checkov's operators for numbers compare texts where one of the two is no number."""

from _stack import StackCheck, number_of, shown
from checkov.common.models.enums import CheckCategories


class LogGroupsSayHowLong(StackCheck):
    id = "TAP-RUN-5"
    name = "Log groups say how long they keep their logs"
    guideline = "set retention_in_days, for audit at least 365"
    category = CheckCategories.LOGGING
    types = ("aws_cloudwatch_log_group",)

    def violations(self, resource):
        days = resource.body.get("retention_in_days")
        if (number_of(days) or 0) < 1:
            yield f"retention_in_days is {shown(days)}"


check = LogGroupsSayHowLong()
