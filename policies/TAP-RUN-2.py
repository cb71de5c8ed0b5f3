"""In Python: the queue must belong to this stack, and a function or its invoke configuration may name the queue."""

from _dead_letters import takes_failures
from _expressions import reference
from _stack import StackCheck, blocks, number_of, shown

# Minimum of seconds: four days (AWS's default) cover a long weekend. Minimum of bytes: an event has up to 256 KiB.
LEAST = {"max_message_size": 262_144, "message_retention_seconds": 345_600}


class FailedEventsAreSetAside(StackCheck):
    id = "TAP-RUN-2"
    name = "Functions send failed events to a dead-letter queue or topic"
    guideline = (
        "set dead_letter_config.target_arn, or on_failure of an aws_lambda_function_event_invoke_config, to the arn of "
        "an aws_sqs_queue or aws_sns_topic of this stack"
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
            yield "the function has neither dead_letter_config nor an on_failure destination"
        for target in targets:
            kind, name, attribute = reference(target)
            is_end = kind in ("aws_sqs_queue", "aws_sns_topic") and attribute == "arn"
            if not is_end or not resource.stack.declares(kind, name):
                yield f"failed events go to {shown(target)}, which is not a queue or topic of this stack"


def too_little(queue):
    """Yield each setting of a dead-letter queue (message size, retention) that is below the minimum."""
    for argument, least in LEAST.items():
        if argument in queue and (number_of(queue[argument]) or 0) < least:
            yield f"the dead-letter queue's {argument} is {shown(queue[argument])}"


check = FailedEventsAreSetAside()
