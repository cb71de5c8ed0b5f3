"""In Python: the runbook must exist. Only this policy looks for a file outside of the JSON."""

import re

from _conventions import CONVENTIONS, FILE
from _stack import StackCheck, shown
from checkov.common.models.enums import CheckCategories

LINK, FOLDER = CONVENTIONS["runbook"]["link"], CONVENTIONS["runbook"].get("folder")
NAMED = re.compile(r"(?:.*\W)?" + "([a-z0-9-]+)".join(re.escape(part) for part in LINK.split("{name}")), re.DOTALL)


class AlarmsNameTheirRunbook(StackCheck):
    id = "TAP-OBS-8"
    name = "Every alarm names its runbook"
    guideline = f"end alarm_description with '{LINK}', and write that runbook"
    category = CheckCategories.LOGGING
    types = ("aws_cloudwatch_metric_alarm", "aws_cloudwatch_composite_alarm")

    def violations(self, resource):
        description = resource.body.get("alarm_description")
        named = NAMED.fullmatch(description) if isinstance(description, str) else None
        if named is None:
            yield f"alarm_description is {shown(description)}"
        elif FOLDER and not (FILE.resolve().parent / FOLDER / f"{named[1]}.md").is_file():
            yield f"{FOLDER}/{named[1]}.md does not exist"


check = AlarmsNameTheirRunbook()
