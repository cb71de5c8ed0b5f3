"""In Python: the runbook must exist. This is the only policy that looks for a file outside of the JSON."""

import re
from pathlib import Path

from _stack import StackCheck, shown
from checkov.common.models.enums import CheckCategories

RUNBOOKS = Path(__file__).resolve().parent.parent / "docs" / "runbooks"
NAMED = re.compile(r"(?:.*\W)?Runbook: docs/runbooks/([a-z0-9-]+\.md)", re.DOTALL)


class AlarmsNameTheirRunbook(StackCheck):
    id = "TAP-OBS-8"
    name = "Every alarm names its runbook"
    guideline = "end alarm_description with 'Runbook: docs/runbooks/….md', and write that file"
    category = CheckCategories.LOGGING
    types = ("aws_cloudwatch_metric_alarm", "aws_cloudwatch_composite_alarm")

    def violations(self, resource):
        description = resource.body.get("alarm_description")
        named = NAMED.fullmatch(description) if isinstance(description, str) else None
        if named is None:
            yield f"alarm_description is {shown(description)}"
        elif not (RUNBOOKS / named[1]).is_file():
            yield f"docs/runbooks/{named[1]} does not exist"


check = AlarmsNameTheirRunbook()
