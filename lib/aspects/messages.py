"""TAP-ENC-11: topics and queues refuse requests without TLS."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lib.aspects.model import StackRule
from lib.aspects.terraform_json import Resource, StackView, format_value
from lib.aspects.tls import denies_plain_http, own_arns, policy_document
from lib.findings.finding import Severity


@dataclass(frozen=True)
class _Kind:
    """A type whose policy is in its own argument `policy` or in a separate resource."""

    type: str
    service: str
    policy_type: str
    argument: str  # argument of the policy that refers to the topic or queue
    attributes: tuple[str, ...]  # allowed attributes of that reference
    actions: tuple[str, ...]  # a policy must deny one of them; messages name the last


# SNS accepts no `sns:*` in a policy. AWS's own example denies sns:Publish:
# https://docs.aws.amazon.com/sns/latest/dg/sns-security-best-practices.html#enforce-encryption-data-in-transit
TOPICS = _Kind("aws_sns_topic", "sns", "aws_sns_topic_policy", "arn", ("arn", "id"), ("sns:Publish",))
QUEUES = _Kind("aws_sqs_queue", "sqs", "aws_sqs_queue_policy", "queue_url", ("id", "url"), ("*", "sqs:*"))


def _tls_only(stack: StackView) -> Iterator[tuple[str, str]]:
    for kind in (TOPICS, QUEUES):
        for resource in stack.of(kind.type):
            yield from _one_policy(stack, kind, resource)
        for policy in stack.of(kind.policy_type):
            owner = policy.attributes.get(kind.argument)
            if not any(resource.is_referenced_by(owner, *kind.attributes) for resource in stack.of(kind.type)):
                named = f"{kind.argument} is {format_value(owner)}"
                yield policy.path, f"{named}; expected the {kind.attributes[0]} of an {kind.type} of this stack"


def _one_policy(stack: StackView, kind: _Kind, resource: Resource) -> Iterator[tuple[str, str]]:
    found: list[tuple[str, Any]] = [
        (policy.path, policy.attributes.get("policy"))
        for policy in stack.attached_to(resource, kind.policy_type, kind.argument, *kind.attributes)
    ]
    if resource.attributes.get("policy") is not None:
        found.insert(0, (resource.path, resource.attributes["policy"]))
    if not found:
        yield resource.path, f"no policy denies {kind.actions[-1]} over plain HTTP; expected one"
    for path, _ in found[1:]:
        yield path, f"it is a second policy of {kind.type}.{resource.id}; expected one"
    for path, policy in found:
        document = policy_document(stack, policy)
        if document is None:
            yield path, f"policy is {format_value(policy)}; expected the json of a policy document of this stack"
        elif not denies_plain_http(document, kind.actions, (own_arns(resource, kind.service),)):
            yield (
                path,
                f"no statement denies every principal {kind.actions[-1]} on {kind.type}.{resource.id}, "
                "under the one condition Bool aws:SecureTransport false",
            )


TLS_ONLY = StackRule(
    id="TAP-ENC-11",
    title="Topics and queues refuse requests without TLS",
    why="SNS and SQS also accept plain HTTP, so a payment's event could be sent unencrypted.",
    severity=Severity.HIGH,
    controls=("PCI DSS 4.0.1 4.2.1", "Well-Architected SEC09-BP02"),
    resource_types=(TOPICS.type, TOPICS.policy_type, QUEUES.type, QUEUES.policy_type),
    waivable=False,
    fix=(
        "declare one policy whose document denies sqs:* (for a topic sns:Publish) to principal * on the queue's or "
        "topic's arn, with the condition Bool aws:SecureTransport false and no other"
    ),
    source=(
        "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-security-best-practices.html"
    ),
    check=_tls_only,
)

RULES = (TLS_ONLY,)
