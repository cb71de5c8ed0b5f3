"""In Python because each action must refer to a topic that the stack declares."""

from _stack import StackCheck, is_true, reference, texts
from checkov.common.models.enums import CheckCategories


class AlarmsTellSomebody(StackCheck):
    id = "TAP-OBS-6"
    name = "Every alarm tells somebody"
    guideline = "set alarm_actions to the arn of an aws_sns_topic of this stack, and leave actions_enabled true"
    category = CheckCategories.LOGGING
    types = ("aws_cloudwatch_metric_alarm", "aws_cloudwatch_composite_alarm")

    def holds(self, resource):
        enabled, actions = resource.body.get("actions_enabled"), resource.body.get("alarm_actions")
        return (
            (enabled is None or is_true(enabled))
            and bool(actions)
            and all(
                kind == "aws_sns_topic" and attribute in ("arn", "id") and resource.stack.declares(kind, name)
                for kind, name, attribute in map(reference, texts(actions))
            )
        )


check = AlarmsTellSomebody()
