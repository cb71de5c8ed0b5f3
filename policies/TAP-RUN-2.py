"""In Python because the queue must be one that the stack declares, and the function or its invocations may name it."""

from _dead_letters import takes_failures
from _expressions import reference
from _stack import StackCheck, blocks, number_of, shown

# Seconds: four days are AWS's default, and outlast a long weekend. Bytes: an event of Lambda's has 256 KiB at most.
LEAST = {"max_message_size": 262_144, "message_retention_seconds": 345_600}


class FailedEventsAreSetAside(StackCheck):
    id = "TAP-RUN-2"
    name = "Functions set aside the events that they could not take"
    guideline = (
        "set dead_letter_config.target_arn, or on_failure of its aws_lambda_function_event_invoke_config, to the "
        "arn of an aws_sqs_queue or aws_sns_topic of this stack"
    )
    types = ("aws_lambda_function", "aws_sqs_queue")

    def violations(self, resource):
        if resource.kind == "aws_sqs_queue":
            if takes_failures(resource):
                yield from too_little(resource.body)
            return
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


def too_little(queue):
    """What a queue of dead letters says of how much it takes, and how long it keeps it, that is below the least."""
    for argument, least in LEAST.items():
        if argument in queue and (number_of(queue[argument]) or 0) < least:
            yield f"{argument} is {shown(queue[argument])}, for failed events"


check = FailedEventsAreSetAside()
