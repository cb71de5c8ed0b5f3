"""In Python: each alarm action must refer to a topic of this stack, and Checkov replaces references by names."""

from _expressions import reference
from _stack import StackCheck, is_true, shown, texts
from checkov.common.models.enums import CheckCategories


class AlarmsTellSomebody(StackCheck):
    id = "TAP-OBS-6"
    name = "Every alarm notifies somebody"
    guideline = "set alarm_actions to the arn of an aws_sns_topic of this stack, and leave actions_enabled true"
    category = CheckCategories.LOGGING
    types = ("aws_cloudwatch_metric_alarm", "aws_cloudwatch_composite_alarm")

    def violations(self, resource):
        enabled, actions = resource.body.get("actions_enabled", True), resource.body.get("alarm_actions")
        if not is_true(enabled):
            yield f"actions_enabled is {shown(enabled)}"
        if not actions:
            yield f"alarm_actions is {shown(actions)}"
        for action in texts(actions or []):
            kind, name, attribute = reference(action)
            if kind != "aws_sns_topic" or attribute not in ("arn", "id") or not resource.stack.declares(kind, name):
                yield f"alarm_actions has {shown(action)}"


check = AlarmsTellSomebody()
