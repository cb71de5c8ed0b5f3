"""In Python because what makes a queue one of dead letters is said by others: functions, mappings and queues."""

from _alarms import has_alarm
from _expressions import references
from _json_text import read_json
from _stack import StackCheck, blocks
from checkov.common.models.enums import CheckCategories


class DeadLettersHaveAnAlarm(StackCheck):
    id = "TAP-OBS-5"
    name = "Every dead-letter queue has an alarm on its depth"
    guideline = "declare an alarm on ApproximateNumberOfMessagesVisible with the one dimension QueueName, by reference"
    category = CheckCategories.LOGGING
    types = ("aws_sqs_queue",)

    def violations(self, resource):
        takes_failures = any(end[:2] == (resource.kind, resource.name) for end in failure_ends(resource.stack))
        if takes_failures and not has_alarm(
            resource, "AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", ("name",)
        ):
            yield "failed events go there, and no alarm looks at ApproximateNumberOfMessagesVisible"


def failure_ends(stack):
    """References to whatever anything of the stack sends to what failed."""
    ends = []
    for kind in stack.document["resource"]:
        for body in stack.of_type(kind).values():
            ends += [read_json(body.get("redrive_policy")), *blocks(body.get("dead_letter_config"))]
            for destination in blocks(body.get("destination_config")):
                ends += blocks(destination.get("on_failure"))
            for target in blocks(body.get("target")) if kind == "aws_scheduler_schedule" else ():
                ends += blocks(target.get("dead_letter_config"))
    return references(ends)


check = DeadLettersHaveAnAlarm()
