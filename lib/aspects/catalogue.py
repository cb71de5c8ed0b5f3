"""Every rule, in the order of reading, and what each family of them promises."""

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
    "DOC": "The document contains only what the rules can check.",
    "NAME": "Who owns a resource, and what it is, can be read in its name.",
    "ENC": "Data at rest is under a key that the stack owns; data in transit is under TLS.",
    "REC": "What is overwritten or deleted by mistake can be brought back.",
    "DEL": "One command destroys everything, and nothing stays.",
    "TAG": "What a resource is for, and whose it is, stands on it as a tag.",
    "NET": "Nothing is reachable that is not meant to be, nobody unnamed gets in, and nothing is sent elsewhere.",
    "RUN": "A function runs on what is maintained, loses no event, and can be looked into.",
    "OBS": "What goes wrong is measured, wakes somebody, and says what to do.",
    "IAM": "A policy says, action by action, who may do what to what.",
    "REG": "One region, said once: the provider's. Everything else asks the provider, so the stack can stand anywhere.",
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
