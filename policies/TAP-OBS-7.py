"""In Python: a finding shows the value, which Checkov's YAML policies cannot do."""

from _stack import StackCheck, shown
from checkov.common.models.enums import CheckCategories

WORDS = ("breaching", "ignore", "missing", "notBreaching")


class AlarmsSayWhatMissingDataMeans(StackCheck):
    id = "TAP-OBS-7"
    name = "Every alarm defines how missing data is treated"
    guideline = "set treat_missing_data to notBreaching, breaching, ignore or missing"
    category = CheckCategories.LOGGING
    types = ("aws_cloudwatch_metric_alarm",)

    def violations(self, resource):
        meaning = resource.body.get("treat_missing_data")
        if meaning not in WORDS:
            yield f"treat_missing_data is {shown(meaning)}"


check = AlarmsSayWhatMissingDataMeans()
