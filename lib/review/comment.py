"""The comment on a pull request: verdict, access, settings, resources with data, plan, cost of new resources.

The job finds its earlier comment by the hidden marker in the first line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lib.aspects.terraform_json import StackView
from lib.aspects.types import classified
from lib.findings.finding import Finding, severity_name
from lib.reports.report import Report
from lib.review.access_changes import Change, compare_access
from lib.review.code_spans import code, table
from lib.review.cost import Estimate, Item, estimate
from lib.review.setting_changes import SettingChange, compare_settings
from lib.review.stack_access import access_of

MARKER = "<!-- payments-infrastructure: report of the pull request -->"
# GitHub refuses comments above 65,536 characters. This limit is in bytes, of which a text has at least as many.
LONGEST = 65_000
TOPICS = ("encryption", "exposure", "retention", "alarms")
ROWS = (50, 20, 10, 5, 2, 0)

Document = Mapping[str, Any]


@dataclass(frozen=True)
class Plan:
    """The summary that `make plan` wrote: {"changes": [{address, type, actions, holds_data}], "refusals": [text]}."""

    changes: Sequence[Mapping[str, Any]]
    refusals: Sequence[str]


def render(report: Report, stack: Document, base: Document | None, plan: Plan | None, run: str = "") -> str:
    """Return the comment, at most LONGEST bytes. `base`: JSON of the base branch. `run`: URL of the workflow run."""
    before, after = (StackView(base) if base is not None else None), StackView(stack)
    changes = compare_access(access_of(before), access_of(after)) if before else None
    planned = plan.changes if plan else list(_declared_changes(before, after))
    cost = estimate(
        (change["address"], _arguments(stack, change["address"]))
        for change in planned
        if "create" in change["actions"] and "delete" not in change["actions"]
    )

    settings = [each for each in compare_settings(before, after) if each.topic in TOPICS] if before else []

    def write(most: int) -> str:
        lines = [MARKER, *_verdict(report, run, most), *_access(changes, most), *_settings(settings, most)]
        return "\n".join([*lines, *_data(planned, plan, most), *_plan(planned, plan, most), *_cost(cost, most)])

    return _shortened(write)


def failure(reason: str, run: str = "") -> str:
    """Return the comment for a pull request without a verdict: synthesis failed, or its output cannot be read."""
    return "\n".join([MARKER, "## Policies: no verdict", "", code(reason, 1000), "", *_run(run)])


def _shortened(write: Callable[[int], str]) -> str:
    """Return the comment with the most rows in each table that fit into LONGEST."""
    for most in ROWS:
        text = write(most)
        if len(text.encode()) <= LONGEST:
            return text
    raise AssertionError("a comment without rows has a bounded length")


def _run(url: str) -> list[str]:
    return [f"[Logs and artifacts of this run]({url})", ""] if url else []


def _verdict(report: Report, run: str, most: int) -> Iterator[str]:
    yield f"## Policies: {'passed' if report.passed else 'failed'}"
    yield ""
    yield (
        f"{len(report.findings)} findings, {len(report.complaints)} invalid waivers, {len(report.waived)} waived, "
        f"{len(report.skipped)} skipped; {report.account['resources']} resources in {report.account['stacks']} stacks. "
        "Checked by the gate and the policies of the base branch."
    )
    yield ""
    yield from table(("Rule", "Severity", "Construct", "Finding", "Made at"), report.findings, _finding, most)
    yield from table(("Invalid waiver",), report.complaints, _text, most)
    yield from _run(run)


def _access(changes: Sequence[Change] | None, most: int) -> Iterator[str]:
    yield "### Access"
    yield ""
    if changes is None:
        yield "Not compared: the base branch has no stack to compare with."
    elif not changes:
        yield "No permission changes."
    yield ""
    yield from table(("Change", "Who", "May", "On", "If"), changes or (), _grant, most)


def _settings(changes: Sequence[SettingChange], most: int) -> Iterator[str]:
    """Yield the section about settings, or nothing if no such setting changes."""
    if changes:
        yield "### Encryption, exposure, retention and alarms"
        yield ""
        yield from table(("Topic", "Resource", "Argument", "Before", "After"), changes, _setting, most)


def _data(planned: Sequence[Mapping[str, Any]], plan: Plan | None, most: int) -> Iterator[str]:
    yield "### Resources with data"
    yield ""
    changed = [change for change in planned if change["holds_data"] and change["actions"] != ["create"]]
    if not changed:
        yield "No resource that holds data is changed or removed."
        yield ""
    yield from table(("Change", "Resource"), changed, _resource, most)
    if plan and plan.refusals:
        yield "**The plan is refused:**"
        yield ""
        yield from table(("Reason",), plan.refusals, _text, most)


def _plan(planned: Sequence[Mapping[str, Any]], plan: Plan | None, most: int) -> Iterator[str]:
    yield "### Plan" if plan else "### Resources"
    yield ""
    if plan is None:
        yield "There is no plan: AWS is not set up for this repository, or planning failed. Changes from the base:"
        yield ""
    counts = {name: sum(name in change["actions"] for change in planned) for name in ("create", "update", "delete")}
    yield f"{counts['create']} to create, {counts['update']} to update, {counts['delete']} to destroy."
    yield ""
    yield from table(("Change", "Resource"), planned, _resource, most)


def _cost(cost: Estimate, most: int) -> Iterator[str]:
    yield "### Cost of new resources"
    yield ""
    if not cost.items and not cost.unpriced:
        yield "No new resource costs anything."
        return
    yield (
        f"Estimate: **${cost.monthly:.2f} a month** without traffic, at list prices of {cost.region} on "
        f"{cost.day}, without the free tier. Removed resources are not subtracted. Usage costs extra."
    )
    yield ""
    yield from table(("Resource", "A month", "And by use", "Source"), cost.items, _priced, most)
    yield from table(("Not priced",), cost.unpriced, _text, most)


def _finding(finding: Finding) -> Sequence[str]:
    severity = severity_name(finding.severity)
    return finding.rule_id, severity, code(finding.path), code(finding.message), code(finding.made_at)


def _grant(change: Change) -> Sequence[str]:
    grant = change.grant
    kind = f"**{change.kind}**" if change.kind in ("added", "widened") else change.kind
    action = f"{'' if grant.effect == 'Allow' else 'denied: '}{code(grant.action)}"
    conditions = " and ".join(code(str(condition)) for condition in grant.conditions) or "–"
    return kind, code(grant.principal), action, code(grant.resource), conditions


def _setting(change: SettingChange) -> Sequence[str]:
    shown = (change.resource, change.argument or "the resource", change.before, change.after)
    return change.topic, *(code(text) for text in shown)


def _resource(change: Mapping[str, Any]) -> Sequence[str]:
    return "/".join(change["actions"]), code(change["address"])


def _priced(item: Item) -> Sequence[str]:
    return code(item.address), f"${item.monthly:.2f}", item.usage or "–", item.source


def _text(text: str) -> Sequence[str]:
    return (code(text, 500),)


def _declared_changes(before: StackView | None, after: StackView) -> Iterator[dict[str, Any]]:
    """Yield the changes that a plan would probably have: added, removed and different resources of two documents."""
    old = {each.address: each.attributes for each in before.resources} if before else {}
    new = {each.address: each.attributes for each in after.resources}
    for address in sorted(old.keys() | new.keys()):
        one, other = _plain(old.get(address)), _plain(new.get(address))
        if one != other:
            type_ = address.partition(".")[0]
            known = classified(type_)
            actions = ["create"] if one is None else ["delete"] if other is None else ["update"]
            holds_data = known is None or known.holds_data
            yield {"address": address, "type": type_, "actions": actions, "holds_data": holds_data}


def _plain(attributes: Document | None) -> Document | None:
    return None if attributes is None else {name: value for name, value in attributes.items() if name != "//"}


def _arguments(stack: Document, address: str) -> Document:
    type_, _, name = address.partition(".")
    found: Document = stack.get("resource", {}).get(type_, {}).get(name, {})
    return found
