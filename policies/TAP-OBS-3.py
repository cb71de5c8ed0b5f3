"""In Python: the alarm's dimension must refer to this function, and Checkov replaces references by names."""

from _alarms import has_alarm
from _stack import StackCheck
from checkov.common.models.enums import CheckCategories


class FunctionsHaveAnAlarmOnDuration(StackCheck):
    id = "TAP-OBS-3"
    name = "Every function has an alarm on its duration"
    guideline = "declare an alarm on AWS/Lambda Duration with the one dimension FunctionName, by reference"
    category = CheckCategories.LOGGING
    types = ("aws_lambda_function",)

    def holds(self, resource):
        return has_alarm(resource, "AWS/Lambda", "Duration", "FunctionName", ("function_name", "id"))


check = FunctionsHaveAnAlarmOnDuration()
