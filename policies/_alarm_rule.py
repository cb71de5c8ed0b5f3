"""Checks the rules of composite alarms, which are expressions over other alarms. Not a policy.

The syntax: docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html. A rule of AND, OR and
ALARM fires if all its alarms fire. With NOT, TRUE, FALSE, OK or INSUFFICIENT_DATA, a rule may never or always fire.
"""

import re

from _expressions import reference
from _stack import shown

ALARMS = {"aws_cloudwatch_metric_alarm", "aws_cloudwatch_composite_alarm"}
TOKEN = re.compile(r"""\s*(?:(AND|OR)\b|(\()|(\))|ALARM\(\s*(?:"([^"]*)"|'([^']*)'|([^\s()'"]+))\s*\))""")


def wrong_rule(stack, rule):
    """Yield a text for each mistake in a composite alarm's rule."""
    if not isinstance(rule, str):
        yield f"alarm_rule is {shown(rule)}"
        return
    shape, position, named = "", 0, []
    while position < len(rule.rstrip()):
        token = TOKEN.match(rule, position)
        if token is None:
            yield f"alarm_rule has {shown(rule[position:].strip()[:60])}, which is not AND, OR or ALARM"
            return
        word, opening, closing, *names = token.groups()
        shape += "o" if word else opening or closing or "a"
        named += [name for name in names if name is not None]
        position = token.end()
    # If all words and brackets are correct, the loop above reduces the rule to one alarm.
    while shape != (shape := re.sub(r"\(a\)|aoa", "a", shape)):
        pass
    if shape != "a":
        yield f"alarm_rule is {shown(rule)}, in which a word or bracket is misplaced"
    for name in named:
        if not is_own_alarm(stack, name):
            yield f"alarm_rule names {shown(name)}, which is not an alarm of this stack"


def is_own_alarm(stack, name):
    kind, of, attribute = reference(name)
    if kind:
        return kind in ALARMS and attribute in ("alarm_name", "arn", "id") and stack.declares(kind, of)
    return any(body.get("alarm_name") == name for each in ALARMS for body in stack.of_type(each).values())
