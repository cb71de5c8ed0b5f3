"""In Python because what makes a queue one of dead letters is said by others: functions, mappings and queues."""

import json
import re

from _alarms import has_alarm
from _stack import StackCheck, blocks
from checkov.common.models.enums import CheckCategories


class DeadLettersHaveAnAlarm(StackCheck):
    id = "TAP-OBS-5"
    name = "Every dead-letter queue has an alarm on its depth"
    guideline = "declare an alarm on ApproximateNumberOfMessagesVisible with the one dimension QueueName, by reference"
    category = CheckCategories.LOGGING
    types = ("aws_sqs_queue",)

    def holds(self, resource):
        return resource.name not in takes_failures(resource.stack) or has_alarm(
            resource, "AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", ("name",)
        )


def takes_failures(stack):
    """The names of the queues to which anything sends what failed."""
    ends = []
    for named in stack.document["resource"].values():
        for body in named.values():
            if isinstance(body, dict):
                ends += [body.get("redrive_policy"), *blocks(body.get("dead_letter_config"))]
                for destination in blocks(body.get("destination_config")):
                    ends += blocks(destination.get("on_failure"))
    return set(re.findall(r"\$\{aws_sqs_queue\.([A-Za-z0-9_-]+)\.", json.dumps(ends)))


check = DeadLettersHaveAnAlarm()
