"""In Python: the log group must be a reference, and Checkov replaces references by names."""

from _expressions import reference
from _stack import StackCheck, blocks, shown
from checkov.common.models.enums import CheckCategories


class LogsHaveAGroupOfTheStack(StackCheck):
    id = "TAP-RUN-4"
    name = "Functions log to a log group of the stack"
    guideline = "set logging_config.log_group to the name of an aws_cloudwatch_log_group of this stack"
    category = CheckCategories.LOGGING
    types = ("aws_lambda_function",)

    def violations(self, resource):
        configs = blocks(resource.body.get("logging_config"))
        if not configs:
            yield "logging_config is missing"
        for config in configs:
            kind, name, attribute = reference(config.get("log_group"))
            is_group = kind == "aws_cloudwatch_log_group" and attribute in ("name", "id")
            if not is_group or not resource.stack.declares(kind, name):
                yield f"logging_config.log_group is {shown(config.get('log_group'))}"


check = LogsHaveAGroupOfTheStack()
