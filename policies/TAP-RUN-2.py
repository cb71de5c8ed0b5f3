"""In Python because the queue must be one that the stack declares, and the function or its invocations may name it."""

from _stack import StackCheck, blocks, reference


class FailedEventsAreSetAside(StackCheck):
    id = "TAP-RUN-2"
    name = "Functions set aside the events that they could not take"
    guideline = (
        "set dead_letter_config.target_arn, or on_failure of its aws_lambda_function_event_invoke_config, to the "
        "arn of an aws_sqs_queue or aws_sns_topic of this stack"
    )
    types = ("aws_lambda_function",)

    def holds(self, resource):
        targets = [block.get("target_arn") for block in blocks(resource.body.get("dead_letter_config"))]
        for config in resource.stack.of_type("aws_lambda_function_event_invoke_config").values():
            kind, name, attribute = reference(config.get("function_name"))
            if (kind, name) == (resource.kind, resource.name) and attribute in ("function_name", "arn"):
                for destination in blocks(config.get("destination_config")):
                    targets += [block.get("destination") for block in blocks(destination.get("on_failure"))]
        return bool(targets) and all(is_end(resource.stack, target) for target in targets)


def is_end(stack, target):
    kind, name, attribute = reference(target)
    return kind in ("aws_sqs_queue", "aws_sns_topic") and attribute == "arn" and stack.declares(kind, name)


check = FailedEventsAreSetAside()
