"""In Python: only other resources (functions, mappings, queues) show that a queue is a dead-letter queue."""

from _alarms import has_alarm
from _dead_letters import takes_failures
from _stack import StackCheck
from checkov.common.models.enums import CheckCategories


class DeadLettersHaveAnAlarm(StackCheck):
    id = "TAP-OBS-5"
    name = "Every dead-letter queue has an alarm on its depth"
    guideline = "declare an alarm on ApproximateNumberOfMessagesVisible with the one dimension QueueName, by reference"
    category = CheckCategories.LOGGING
    types = ("aws_sqs_queue",)

    def violations(self, resource):
        if takes_failures(resource) and not has_alarm(
            resource, "AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", ("name",)
        ):
            yield "this queue receives dead letters, and no alarm watches ApproximateNumberOfMessagesVisible"


check = DeadLettersHaveAnAlarm()
