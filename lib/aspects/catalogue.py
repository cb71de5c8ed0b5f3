"""All rules, in the order of docs/rules.md, and the requirement of each family of rules."""

from __future__ import annotations

from collections.abc import Mapping

from lib.aspects import (
    alarm_actions,
    alarm_bounds,
    alarm_metrics,
    api,
    buckets,
    code,
    document,
    egress,
    encryption,
    encryption_of_types,
    events,
    exposure,
    iam,
    messages,
    naming,
    observability,
    recovery,
    region,
    runtime,
    tagging,
    teardown,
)
from lib.aspects.model import Rule

FAMILIES: Mapping[str, str] = {
    "DOC": "The synthesized JSON contains only what the rules can check.",
    "NAME": "Names show the type, purpose and environment of a resource.",
    "ENC": "Data at rest is encrypted with a key of the stack; data in transit uses TLS.",
    "REC": "Data that is overwritten or deleted by mistake can be restored.",
    "DEL": "One command destroys everything, and nothing remains.",
    "TAG": "Tags show the owner, project and environment of a resource.",
    "NET": "Only the authorized API is reachable, and data is sent to resources of this stack only.",
    "RUN": "Functions use a maintained runtime, lose no event, and are logged and traced.",
    "OBS": "Failures raise an alarm that notifies somebody and names a runbook.",
    "IAM": "Policies name each action, resource and principal.",
    "REG": "The region is written once, in the provider, so the stack can be deployed to any region.",
}

RULES: tuple[Rule, ...] = (
    *document.RULES,
    *naming.RULES,
    *encryption.RULES,
    *encryption_of_types.RULES,
    *messages.RULES,
    *buckets.RULES,
    *recovery.RULES,
    *teardown.RULES,
    *tagging.RULES,
    *api.RULES,
    *exposure.RULES,
    *egress.RULES,
    *runtime.RULES,
    *events.RULES,
    *code.RULES,
    *observability.RULES,
    *alarm_actions.RULES,
    *alarm_bounds.RULES,
    *alarm_metrics.RULES,
    *iam.RULES,
    *region.RULES,
)

if len({rule.id for rule in RULES}) != len(RULES):
    raise ValueError(f"two rules share an id: {sorted(rule.id for rule in RULES)}; give each its own")

RULE_IDS = frozenset(rule.id for rule in RULES)
UNWAIVABLE_IDS = frozenset(rule.id for rule in RULES if not rule.waivable)
