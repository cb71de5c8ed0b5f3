"""In Python: a stream's mapping names the target of failed events, but for a queue, the queue itself names it."""

import re

from _arns import is_own_account
from _egress import is_own_target
from _expressions import reference
from _json_text import read_json
from _stack import StackCheck, blocks, is_true, shown, texts

# docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html
STREAMS = ("aws_dynamodb_table", "aws_kinesis_stream")
QUEUE = "aws_sqs_queue"
ENDS = ("aws_s3_bucket", "aws_sns_topic", QUEUE)
# docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html
# Cron expressions are not allowed, because one can name a day in the past.
RATE = re.compile(r"rate\((1 (minute|hour|day)|([2-9]|[1-5][0-9]) minutes|([2-9]|1[0-9]|2[0-3]) hours)\)")
FIELDS = ("account", "detail", "detail-type", "id", "region", "resources", "source", "time", "version")


class MappingsLoseNoEvent(StackCheck):
    id = "TAP-RUN-6"
    name = "Event sources are enabled, deliver every event, and send failed events to a queue"
    guideline = (
        "for a mapping: leave enabled true, set no filter, start at TRIM_HORIZON, and use a stream or queue of this "
        "stack as source and a queue of this stack as on_failure destination (for a queue as source: in its "
        "redrive_policy); for an EventBridge rule: enable it, and set a pattern in JSON or a rate"
    )
    types = ("aws_lambda_event_source_mapping", "aws_cloudwatch_event_rule")

    def violations(self, resource):
        if resource.kind == "aws_cloudwatch_event_rule":
            yield from wrong_rule(resource.body)
            return
        body, stack = resource.body, resource.stack
        if not is_true(body.get("enabled", True)):
            yield f"enabled is {shown(body['enabled'])}"
        if body.get("filter_criteria", []) != []:
            yield f"filter_criteria are {shown(body['filter_criteria'])}"
        kind, name, attribute = reference(body.get("event_source_arn"))
        if kind not in (*STREAMS, QUEUE) or not attribute.endswith("arn") or not stack.declares(kind, name):
            yield f"event_source_arn is {shown(body.get('event_source_arn'))}"
        if kind != QUEUE:
            yield from wrong_ends(stack, body)
            if body.get("starting_position") not in ("TRIM_HORIZON", "AT_TIMESTAMP"):
                # LATEST misses events that arrive while a mapping is created or changed.
                yield f"starting_position is {shown(body.get('starting_position'))}"
        elif not redrives(stack, name):
            yield f"the queue {name} has no redrive_policy, so failed events return to the queue forever"


def wrong_ends(stack, mapping):
    """Yield a text for each target of a stream's failed events that is not a queue, topic or bucket of the stack."""
    configs = blocks(mapping.get("destination_config"))
    ends = [end.get("destination_arn") for config in configs for end in blocks(config.get("on_failure"))]
    if not ends:
        yield "destination_config.on_failure is missing"
    for end in ends:
        kind, name, attribute = reference(end)
        if kind not in ENDS or attribute != "arn" or not stack.declares(kind, name):
            yield f"destination_config.on_failure.destination_arn is {shown(end)}"


def redrives(stack, queue):
    policies = [stack.of_type(QUEUE).get(queue, {}).get("redrive_policy")]
    for body in stack.of_type("aws_sqs_queue_redrive_policy").values():
        if reference(body.get("queue_url"))[:2] == (QUEUE, queue):
            policies.append(body.get("redrive_policy"))
    read = [read_json(policy) for policy in policies if policy is not None]
    return any(isinstance(each, dict) and is_own_target(stack, each.get("deadLetterTargetArn")) for each in read)


def wrong_rule(rule):
    """Yield a text for each argument that disables an EventBridge rule, or that no rule can check."""
    if any(state != "ENABLED" for state in texts(rule.get("state", []))) or not is_true(rule.get("is_enabled", True)):
        yield f"state is {shown(rule.get('state'))}, is_enabled is {shown(rule.get('is_enabled'))}"
    if not all(RATE.fullmatch(str(text)) for text in texts(rule.get("schedule_expression", []))):
        yield f"schedule_expression is {shown(rule['schedule_expression'])}"
    if "event_pattern" not in rule:
        return
    pattern = read_json(rule["event_pattern"])
    if not isinstance(pattern, dict) or not pattern:
        yield f"event_pattern is {shown(rule['event_pattern'])}"
        return
    for field, values in pattern.items():
        if field not in FIELDS or not has_values(values):
            yield f"event_pattern has {shown(field)}: {shown(values)}"
    for account in texts(pattern.get("account", [])):
        if not is_own_account(account):
            yield f"event_pattern.account has {shown(account)}"


def has_values(values):
    """Return True if a part of a pattern can match: it is a list with values, or an object of such lists."""
    if isinstance(values, dict):
        return bool(values) and all(has_values(inner) for inner in values.values())
    return isinstance(values, list) and bool(values)


check = MappingsLoseNoEvent()
