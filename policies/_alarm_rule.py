"""The rules of composite alarms: which alarms must have fired. No policy itself.

docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html has the language. A rule of AND, OR
and ALARM can fire, and fires when something fires; with NOT, TRUE, FALSE, OK and INSUFFICIENT_DATA it may never fire,
or always.
"""

import re

from _expressions import reference
from _stack import shown

ALARMS = {"aws_cloudwatch_metric_alarm", "aws_cloudwatch_composite_alarm"}
TOKEN = re.compile(r"""\s*(?:(AND|OR)\b|(\()|(\))|ALARM\(\s*(?:"([^"]*)"|'([^']*)'|([^\s()'"]+))\s*\))""")


def wrong_rule(stack, rule):
    """What is wrong in a rule: a text for each."""
    if not isinstance(rule, str):
        yield f"alarm_rule is {shown(rule)}"
        return
    shape, position, named = "", 0, []
    while position < len(rule.rstrip()):
        token = TOKEN.match(rule, position)
        if token is None:
            yield f"alarm_rule has {shown(rule[position:].strip()[:60])}, which is no AND, OR or ALARM"
            return
        word, opening, closing, *names = token.groups()
        shape += "o" if word else opening or closing or "a"
        named += [name for name in names if name is not None]
        position = token.end()
    # a rule shrinks to one alarm, if its words and brackets are in place
    while shape != (shape := re.sub(r"\(a\)|aoa", "a", shape)):
        pass
    if shape != "a":
        yield f"alarm_rule is {shown(rule)}, with a word or bracket out of place"
    for name in named:
        if not is_own_alarm(stack, name):
            yield f"alarm_rule names {shown(name)}, no alarm of this stack"


def is_own_alarm(stack, name):
    kind, of, attribute = reference(name)
    if kind:
        return kind in ALARMS and attribute in ("alarm_name", "arn", "id") and stack.declares(kind, of)
    return any(body.get("alarm_name") == name for each in ALARMS for body in stack.of_type(each).values())
