"""Every rule, in the order of reading."""

from __future__ import annotations

from lib.aspects import (
    document,
    encryption,
    iam,
    naming,
    network,
    observability,
    recovery,
    region,
    runtime,
    tagging,
    teardown,
)
from lib.aspects.model import Rule

RULES: tuple[Rule, ...] = (
    *document.RULES,
    *naming.RULES,
    *encryption.RULES,
    *recovery.RULES,
    *teardown.RULES,
    *tagging.RULES,
    *network.RULES,
    *runtime.RULES,
    *observability.RULES,
    *iam.RULES,
    *region.RULES,
)

if len({rule.id for rule in RULES}) != len(RULES):
    raise ValueError(f"two rules share an id: {sorted(rule.id for rule in RULES)}; give each its own")
