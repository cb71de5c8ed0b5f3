"""In Python: a finding shows the value, which Checkov's YAML policies cannot do."""

from _stack import StackCheck, blocks, shown
from checkov.common.models.enums import CheckCategories


class FunctionsAreTraced(StackCheck):
    id = "TAP-RUN-3"
    name = "Functions are traced"
    guideline = "set tracing_config.mode to Active"
    category = CheckCategories.LOGGING
    types = ("aws_lambda_function",)

    def violations(self, resource):
        modes = [block.get("mode") for block in blocks(resource.body.get("tracing_config"))]
        for mode in modes or [None]:
            if mode != "Active":
                yield f"tracing_config.mode is {shown(mode)}"


check = FunctionsAreTraced()
