"""TAP-RUN-6: no event is dropped between a source and its function, or between a rule and its target."""

from __future__ import annotations

from collections.abc import Iterator

from lib.aspects import event_pattern
from lib.aspects.egress import dead_letter_target
from lib.aspects.model import StackRule
from lib.aspects.runtime import QUEUE, is_queue_or_topic
from lib.aspects.terraform_json import (
    MISSING,
    Resource,
    StackView,
    blocks,
    flag,
    format_value,
    reference,
)
from lib.findings.finding import Severity

MAPPING, RULE = "aws_lambda_event_source_mapping", "aws_cloudwatch_event_rule"


def _none_lost(stack: StackView) -> Iterator[tuple[str, str]]:
    for mapping in stack.of(MAPPING):
        if flag(mapping.attributes.get("enabled")) not in (True, MISSING):
            yield mapping.path, f"enabled is {format_value(mapping.attributes.get('enabled'))}; expected true"
        if mapping.attributes.get("filter_criteria") not in (None, []) or blocks(mapping.attributes, "filter_criteria"):
            yield mapping.path, "filter_criteria drops events that do not match; expected none"
        for message in _failing(stack, mapping):
            yield mapping.path, message
    for rule in stack.of(RULE):
        if (pattern := rule.attributes.get("event_pattern")) is not None:
            for message in event_pattern.check(pattern):
                yield rule.path, message


def _failing(stack: StackView, mapping: Resource) -> Iterator[str]:
    """Check the target of failed records: in the redrive policy if the source is a queue, else in the mapping."""
    source = reference(mapping.attributes.get("event_source_arn"))
    queue = stack.get(source) if source is not None and source.type == QUEUE else None
    if queue is not None:
        if not _is_redriven(stack, queue):
            yield f"{QUEUE}.{queue.id}, its source, has no redrive_policy; expected a dead-letter queue of this stack"
        return
    place = "destination_config.on_failure"
    destinations = [block.get("destination_arn") for block in blocks(mapping.attributes, place)]
    if not destinations:
        yield f"{place} is missing; expected a queue or topic of this stack"
    for destination in destinations:
        if not is_queue_or_topic(stack, destination):
            named = f"{place}.destination_arn is {format_value(destination)}"
            yield f"{named}; expected the arn of a queue or topic of this stack"


def _is_redriven(stack: StackView, queue: Resource) -> bool:
    beside = stack.attached_to(queue, "aws_sqs_queue_redrive_policy", "queue_url", "id", "url")
    policies = (holder.attributes.get("redrive_policy") for holder in (queue, *beside))
    return any(is_queue_or_topic(stack, dead_letter_target(policy)) for policy in policies)


NONE_LOST = StackRule(
    id="TAP-RUN-6",
    title="Event source mappings are enabled, filter nothing, and keep failed events; event patterns can be checked",
    why="If a mapping is disabled or drops a record, a payment lacks its audit record and receipt, without an error.",
    severity=Severity.HIGH,
    controls=("PCI DSS 4.0.1 10.2.1", "Well-Architected REL05-BP03"),
    resource_types=(MAPPING, RULE),
    waivable=True,
    fix=(
        "set enabled=True, remove filter_criteria, and set destination_config.on_failure.destination_arn to "
        "<SqsQueue>.arn; for a queue as source, set the queue's redrive_policy"
    ),
    source="https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html",
    check=_none_lost,
)

RULES = (NONE_LOST,)
