"""Rules for alarms: their actions, their treatment of missing data, and their runbooks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lib.aspects.alarm_bounds import COMPOSITE
from lib.aspects.conventions import Conventions
from lib.aspects.metrics import ALARM
from lib.aspects.model import ResourceRule, StackRule
from lib.aspects.observability import ALARMING
from lib.aspects.terraform_json import MISSING, Attributes, StackView, as_list, flag, format_value, literal
from lib.findings.finding import Severity

MISSING_DATA = ("breaching", "ignore", "missing", "notBreaching")


def _actions(stack: StackView) -> Iterator[tuple[str, str]]:
    for alarm in stack.of(ALARM, COMPOSITE):
        if flag(alarm.attributes.get("actions_enabled")) not in (True, MISSING):
            yield (
                alarm.path,
                f"actions_enabled is {format_value(alarm.attributes.get('actions_enabled'))}; expected true",
            )
        actions = as_list(alarm.attributes.get("alarm_actions"))
        if not actions:
            yield alarm.path, "alarm_actions is missing; expected a topic of this stack"
        for action in actions:
            if not any(topic.is_referenced_by(action, "arn", "id") for topic in stack.of("aws_sns_topic")):
                yield alarm.path, f"alarm_actions has {format_value(action)}; expected a topic of this stack"


ACTIONS = StackRule(
    id="TAP-OBS-6",
    title="Every alarm notifies somebody",
    why="CloudWatch notifies nobody of an alarm that has no action.",
    severity=Severity.HIGH,
    controls=ALARMING,
    resource_types=(ALARM, COMPOSITE),
    waivable=True,
    fix="set alarm_actions=[<SnsTopic>.arn] with a topic of the stack, and leave actions_enabled True",
    source="https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-actions.html",
    check=_actions,
)


def _missing_data(_: str, alarm: Attributes) -> Iterator[str]:
    if literal(alarm.get("treat_missing_data")) not in MISSING_DATA:
        value = format_value(alarm.get("treat_missing_data"))
        yield f"treat_missing_data is {value}; expected one of {', '.join(MISSING_DATA)}"


MISSING_DATA_CHOICE = ResourceRule(
    id="TAP-OBS-7",
    title="Every alarm defines how missing data is treated",
    why="By default an alarm without data keeps its last state, which may be a week old.",
    severity=Severity.LOW,
    controls=("Well-Architected REL06-BP03",),
    resource_types=(ALARM,),
    waivable=True,
    fix="set treat_missing_data; 'notBreaching' is right for counts of errors",
    source="https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html",
    check=_missing_data,
)


def _runbook(stack: StackView) -> Iterator[tuple[str, str]]:
    for alarm in stack.of(ALARM, COMPOSITE):
        for message in _of_runbook(stack.conventions, alarm.attributes.get("alarm_description")):
            yield alarm.path, message


def _of_runbook(conventions: Conventions, description: Any) -> Iterator[str]:
    before, _, after = conventions.runbook.partition("{name}")
    form = re.compile(rf"(?<!\w){re.escape(before)}([a-z0-9-]+){re.escape(after)}$")
    named = form.search(description) if isinstance(description, str) else None
    if named is None:
        expected = conventions.runbook.replace("{name}", "…")
        yield f"alarm_description is {format_value(description)}; expected it to end in '{expected}'"
    elif conventions.runbooks is not None and not (conventions.runbooks / f"{named[1]}.md").is_file():
        file = f"{conventions.runbooks.name}/{named[1]}.md"
        yield f"alarm_description names the runbook {named[1]}; expected a file {file}, which does not exist"


RUNBOOK_NAMED = StackRule(
    id="TAP-OBS-8",
    title="Every alarm names its runbook",
    why="The engineer on call needs to know the next step, not only the name of a metric.",
    severity=Severity.MEDIUM,
    controls=("Well-Architected OPS07-BP03",),
    resource_types=(ALARM, COMPOSITE),
    waivable=True,
    fix="end alarm_description with its runbook (in TapStack: 'Runbook: docs/runbooks/….md'), and write that file",
    source="https://docs.aws.amazon.com/wellarchitected/latest/framework/ops_ready_to_support_use_runbooks.html",
    check=_runbook,
)

RULES = (ACTIONS, MISSING_DATA_CHOICE, RUNBOOK_NAMED)
