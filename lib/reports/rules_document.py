"""`python -m lib.reports.rules_document`: writes docs/rules.md from the catalogue.

With `--check` it writes nothing, and exits with 1 if the file is out of date.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from itertools import groupby

from lib.aspects.catalogue import FAMILIES, RULES
from lib.aspects.model import ANY_TYPE, Rule
from lib.environments import ROOT
from lib.reports.markdown import plain

FILE = ROOT / "docs" / "rules.md"
COMMAND = "python -m lib.reports.rules_document"


def text() -> str:
    """Return the document for the current catalogue."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield from ("# Rules", "")
    yield f"<!-- Written by `{COMMAND}` from lib/aspects/; changes made here are lost. -->"
    yield f"{len(RULES)} rules. Each is enforced twice: by aspects during synthesis, and by a Checkov policy"
    yield "on the synthesized JSON. [policies/README.md](../policies/README.md) explains exceptions,"
    yield "[glossary.md](glossary.md) the terms."
    yield ""
    yield "| rule | severity | requirement |"
    yield "|---|---|---|"
    families = [(name, list(rules)) for name, rules in groupby(sorted(RULES, key=_place), key=_family)]
    for _, rules in families:
        for rule in rules:
            yield f"| [{rule.id}](#{rule.id.lower()}) | {rule.severity.name} | {plain(rule.title)} |"
    for name, rules in families:
        yield from ("", f"## {name}", FAMILIES[name])
        for rule in rules:
            yield from _rule(rule)


def _rule(rule: Rule) -> Iterator[str]:
    yield from ("", f"### {rule.id}", f"**{plain(rule.title)}.** {rule.severity.name}", "", plain(rule.why), "")
    types = (
        "every resource" if rule.resource_types == ANY_TYPE else ", ".join(f"`{each}`" for each in rule.resource_types)
    )
    yield f"- Checks: {types}"
    yield f"- Controls: {', '.join(rule.controls)}"
    yield f"- Can be waived: {'yes, for one construct until an expiry date' if rule.waivable else 'no'}"
    yield f"- Fix: {plain(rule.fix)}"
    yield f"- Source: <{rule.source}>"
    for policy in sorted((ROOT / "policies").glob(f"{rule.id}.*")):
        yield f"- Checkov's policy: [policies/{policy.name}](../policies/{policy.name})"


def _family(rule: Rule) -> str:
    return rule.id.split("-")[1]


def _place(rule: Rule) -> tuple[int, int]:
    """Return the sort key: families in the order of the catalogue, rules by number."""
    return list(FAMILIES).index(_family(rule)), int(rule.id.split("-")[2])


def main() -> int:
    """Write the file; with --check, compare it. Returns 0, or 1 if the file is out of date."""
    parser = argparse.ArgumentParser(prog=COMMAND, description="Write docs/rules.md from the catalogue.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 if the file is out of date")
    now = text()
    if not parser.parse_args().check:
        FILE.write_text(now, encoding="utf-8")
        return 0
    if FILE.is_file() and FILE.read_text(encoding="utf-8") == now:
        return 0
    print(f"docs/rules.md is out of date; run {COMMAND}")
    return 1


if __name__ == "__main__":
    sys.exit(main())
