"""Composite alarms: the rule is an expression over alarms of this stack that can come true.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lib.aspects.expressions import Part, Reference, Unsupported, parse
from lib.aspects.json_object import shorten

ALARMS = ("aws_cloudwatch_composite_alarm", "aws_cloudwatch_metric_alarm")
ATTRIBUTES = ("alarm_name", "arn", "id")
STATE = re.compile(r'\b(ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*("?)@\2\s*\)')
LONGEST = 10240  # characters; AWS's limit
# For the form of an expression AND and OR are one.
OPERATORS = {"AND": "&", "OR": "&", "NOT": "!", "TRUE": "x"}


def check(rule: Any) -> Iterator[str]:
    """What is wrong with the argument alarm_rule, one message each."""
    if not isinstance(rule, str):
        yield f"alarm_rule is {shorten(rule)}; expected text"
        return
    parts = parse(rule)
    for part in parts:
        if isinstance(part, Unsupported) or (isinstance(part, Reference) and not _is_alarm(part)):
            yield f"alarm_rule names {shorten(str(getattr(part, 'text', part)))}; expected alarms of this stack"
    if not _is_expression(parts):
        yield (
            f"alarm_rule is {shorten(rule)}; expected ALARM(…), OK(…) or INSUFFICIENT_DATA(…) of references to alarms, "
            "joined by AND, OR and NOT"
        )


def _is_alarm(to: Reference) -> bool:
    return not to.is_data and to.type in ALARMS and to.attribute in ATTRIBUTES


def _is_expression(parts: tuple[Part, ...]) -> bool:
    """Whether the text can be reduced to one truth value, x. FALSE, which never comes true, is none."""
    if any(isinstance(part, str) and re.search(r"[@x&!]", part) for part in parts):
        return False
    text = "".join(part if isinstance(part, str) else "@" for part in parts)
    if len(text) > LONGEST:
        return False
    text = STATE.sub(" x ", text)
    text = re.sub(r"\b[A-Z]+\b", lambda word: OPERATORS.get(word[0], word[0]), text)
    text, before = "".join(text.split()), ""
    while text != before:
        text, before = re.sub(r"!x|\(x\)|x&x", "x", text), text
    return text == "x"
