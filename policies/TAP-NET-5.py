"""In Python: the log group must belong to this stack, and Checkov's YAML operators compare numbers as text."""

from _expressions import reference
from _json_text import read_json
from _stack import StackCheck, blocks, number_of, shown
from checkov.common.models.enums import CheckCategories

# API Gateway's default limit for a whole account: a higher limit has no effect.
# docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
LIMITS = {"throttling_burst_limit": 5_000, "throttling_rate_limit": 10_000}


class StagesLimitAndLog(StackCheck):
    id = "TAP-NET-5"
    name = "Stages throttle requests and log each request"
    guideline = "set both limits in default_route_settings, and access_log_settings to a log group of the stack"
    category = CheckCategories.NETWORKING
    types = ("aws_apigatewayv2_stage", "aws_api_gateway_stage")

    def violations(self, resource):
        logs = blocks(resource.body.get("access_log_settings"))
        if not logs:
            yield "access_log_settings is missing"
        for log in logs:
            if not isinstance(read_json(log.get("format")), dict):
                yield f"access_log_settings.format is {shown(log.get('format'))}, not a JSON object"
            kind, name, _ = reference(log.get("destination_arn"))
            if kind != "aws_cloudwatch_log_group" or not resource.stack.declares(kind, name):
                yield f"access_log_settings.destination_arn is {shown(log.get('destination_arn'))}"
        if resource.kind == "aws_apigatewayv2_stage":
            yield from wrong_limits(resource.body)


def wrong_limits(stage):
    if not blocks(stage.get("default_route_settings")):
        yield "default_route_settings is missing"
    for argument in ("default_route_settings", "route_settings"):
        for block in blocks(stage.get(argument)):
            for limit, most in LIMITS.items():
                if not 0 < (number_of(block.get(limit)) or 0) <= most:
                    yield f"{argument}.{limit} is {shown(block.get(limit))}"


check = StagesLimitAndLog()
