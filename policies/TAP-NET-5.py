"""In Python because the log group must be one of the stack's, and every block of limits must be complete."""

from _stack import StackCheck, blocks, number_of, reference
from checkov.common.models.enums import CheckCategories

LIMITS = ("throttling_burst_limit", "throttling_rate_limit")


class StagesLimitAndLog(StackCheck):
    id = "TAP-NET-5"
    name = "Stages limit their requests, and log each"
    guideline = "set both throttling limits in default_route_settings, and access_log_settings to a group of the stack"
    category = CheckCategories.NETWORKING
    types = ("aws_apigatewayv2_stage", "aws_api_gateway_stage")

    def holds(self, resource):
        return self.logs(resource) and (resource.kind == "aws_api_gateway_stage" or limits(resource.body))

    def logs(self, resource):
        groups = [reference(block.get("destination_arn")) for block in blocks(resource.body.get("access_log_settings"))]
        return bool(groups) and all(
            kind == "aws_cloudwatch_log_group" and resource.stack.declares(kind, name) for kind, name, _ in groups
        )


def limits(stage):
    default = blocks(stage.get("default_route_settings"))
    return bool(default) and all(
        (number_of(block.get(limit)) or 0) > 0
        for block in (*default, *blocks(stage.get("route_settings")))
        for limit in LIMITS
    )


check = StagesLimitAndLog()
