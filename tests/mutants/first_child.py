"""The mutation tests of some rules, by the first judge alone, in the tree that this process was started in.

in     {"document": the shipped stack, "rules": [ids], "leave_out": [names of mutations]}
out    the name of the first mutation whose test fails, or nothing; with "all" every one that does
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

from lib.aspects.catalogue import RULES
from lib.aspects.judge import judge
from tests.policy.mutations import HARMLESS, VIOLATIONS, mutated


def failing(document: dict[str, Any], ids: list[str], leave_out: list[str]) -> Iterator[str]:
    """The mutations whose test fails."""
    of_ids = [rule for rule in RULES if rule.id in ids]
    for mutation in (*HARMLESS[:1], *VIOLATIONS, *HARMLESS[1:]):
        if mutation.name in leave_out or (mutation.rule and mutation.rule not in ids):
            continue
        wanted = (mutation.rule, *mutation.instead)
        rules = [rule for rule in RULES if rule.id in wanted] if mutation.rule else of_ids
        found = {finding.rule_id for finding in judge(mutated(document, mutation), rules)}
        if not mutation.is_found_in(found) if mutation.rule else found - set(mutation.waived):
            yield mutation.name


if __name__ == "__main__":
    job = json.load(sys.stdin)
    names = failing(job["document"], job["rules"], job["leave_out"])
    if "all" in sys.argv:
        print("\n".join(names))
    else:
        print(next(names, ""))
