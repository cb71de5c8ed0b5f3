"""In Python because the queue must be one that the stack declares, and the function or its invocations may name it."""

from _expressions import reference
from _stack import StackCheck, blocks, shown


class FailedEventsAreSetAside(StackCheck):
    id = "TAP-RUN-2"
    name = "Functions set aside the events that they could not take"
    guideline = (
        "set dead_letter_config.target_arn, or on_failure of its aws_lambda_function_event_invoke_config, to the "
        "arn of an aws_sqs_queue or aws_sns_topic of this stack"
    )
    types = ("aws_lambda_function",)

    def violations(self, resource):
        targets = [block.get("target_arn") for block in blocks(resource.body.get("dead_letter_config"))]
        for config in resource.stack.of_type("aws_lambda_function_event_invoke_config").values():
            kind, name, attribute = reference(config.get("function_name"))
            if (kind, name) == (resource.kind, resource.name) and attribute in ("function_name", "arn"):
                for destination in blocks(config.get("destination_config")):
                    targets += [block.get("destination") for block in blocks(destination.get("on_failure"))]
        if not targets:
            yield "it has neither dead_letter_config nor a destination on_failure"
        for target in targets:
            kind, name, attribute = reference(target)
            is_end = kind in ("aws_sqs_queue", "aws_sns_topic") and attribute == "arn"
            if not is_end or not resource.stack.declares(kind, name):
                yield f"its failed events go to {shown(target)}"


check = FailedEventsAreSetAside()
