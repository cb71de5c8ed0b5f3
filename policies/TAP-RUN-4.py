"""In Python because Checkov puts the group's name, written out, in the place of the reference to it."""

from _stack import StackCheck, blocks, reference
from checkov.common.models.enums import CheckCategories


class LogsHaveAGroupOfTheStack(StackCheck):
    id = "TAP-RUN-4"
    name = "Functions log into a log group of the stack"
    guideline = "set logging_config.log_group to the name of an aws_cloudwatch_log_group of this stack"
    category = CheckCategories.LOGGING
    types = ("aws_lambda_function",)

    def holds(self, resource):
        groups = [reference(block.get("log_group")) for block in blocks(resource.body.get("logging_config"))]
        return bool(groups) and all(
            group and group[0] == "aws_cloudwatch_log_group" and group[2] in ("name", "id") for group in groups
        )


check = LogsHaveAGroupOfTheStack()
