"""Metric math in alarms: the allowed forms, and the bounds of their results.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lib.aspects.metric_tables import TABLES

EXPECTED = "the sum FILL(…, 0) + … of metrics of one kind, or a form in [expressions] of lib/aspects/metrics.toml"
_ID = r"[a-z][A-Za-z0-9_]*"
_TERM = rf"(?:FILL\({_ID}, ?0\)|{_ID})"
_SUM = re.compile(rf"{_TERM}(?: \+ {_TERM})*")
_RATE = rf"100 \* (?:FILL\()?(?P<part>{_ID})(?:, ?0\))? / (?P<whole>{_ID})"


@dataclass(frozen=True)
class Form:
    """An allowed expression over two metrics.

    `kinds`: group in the pattern -> kind of the metric. `bounds`: the bounds of the result, as in metrics.toml.
    """

    pattern: re.Pattern[str]
    kinds: Mapping[str, str]
    bounds: Mapping[str, Any]

    def matches(self, expression: str, kind_of: Mapping[str, str | None]) -> bool:
        """Return True if an expression has this form and uses each metric of `kind_of` (metric id -> kind)."""
        found = self.pattern.fullmatch(expression)
        if found is None:
            return False
        ids = {group: found[group] for group in self.kinds}
        least = int(found.groupdict().get("least") or 0)
        return (
            set(ids.values()) == kind_of.keys()
            and len(kind_of) == len(self.kinds)
            and all(kind_of[id_] == self.kinds[group] for group, id_ in ids.items())
            and least <= self.bounds.get("most_before", 0)
        )


FORMS = tuple(
    Form(re.compile(pattern), kinds, TABLES["expressions"][name])
    for name, pattern, kinds in (
        ("failure_rate", _RATE, {"part": "failures", "whole": "activity"}),
        (
            "refusal_rate",
            rf"IF\((?P<part>{_ID}) >= (?P<least>\d{{1,6}}), 100 \* (?P=part) / (?P<whole>{_ID}), 0\)",
            {"part": "refusals", "whole": "activity"},
        ),
        (
            "refused_part",
            rf"IF\((?P<part>{_ID}) >= (?P<least>\d{{1,6}}), 100 \* (?P=part) / "
            rf"\((?P=part) \+ FILL\((?P<rest>{_ID}), ?0\)\), 0\)",
            {"part": "refusals", "rest": "activity"},
        ),
        (
            "standstill",
            rf"IF\(FILL\((?P<cause>{_ID}), ?0\) > 0 AND FILL\((?P<effect>{_ID}), ?0\) < 1, 1, 0\)",
            {"cause": "activity", "effect": "activity"},
        ),
        (
            "quota_share",
            rf"100 \* (?P<used>{_ID}) / SERVICE_QUOTA\((?P<limit>{_ID})\)",
            {"used": "concurrency", "limit": "concurrency"},
        ),
    )
)


def bounds_of(expression: str, kind_of: Mapping[str, str | None]) -> Mapping[str, Any] | None:
    """Return the bounds of an expression over metrics (`kind_of`: id -> kind); None if it has no allowed form."""
    expression = expression.strip()
    for form in FORMS:
        if form.matches(expression, kind_of):
            return form.bounds
    used = set(re.findall(rf"\b(?!FILL\b){_ID}\b", expression))
    kinds = set(kind_of.values())
    kind = kinds.pop() if len(kinds) == 1 else None
    # A duration is bounded by the timeout of its function; a sum of durations has no bound.
    if _SUM.fullmatch(expression) and used == kind_of.keys() and kind not in (None, "duration"):
        bounds: Mapping[str, Any] = TABLES["kinds"][kind]
        return bounds
    return None
