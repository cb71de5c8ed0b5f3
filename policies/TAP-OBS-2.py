"""In Python: the alarm's dimension must refer to this function, and Checkov replaces references by names."""

from _alarms import has_alarm
from _stack import StackCheck
from checkov.common.models.enums import CheckCategories


class FunctionsHaveAnAlarmOnThrottles(StackCheck):
    id = "TAP-OBS-2"
    name = "Every function has an alarm on its throttles"
    guideline = "declare an alarm on AWS/Lambda Throttles with the one dimension FunctionName, by reference"
    category = CheckCategories.LOGGING
    types = ("aws_lambda_function",)

    def holds(self, resource):
        return has_alarm(resource, "AWS/Lambda", "Throttles", "FunctionName", ("function_name", "id"))


check = FunctionsHaveAnAlarmOnThrottles()
