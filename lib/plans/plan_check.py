"""Checks a plan: it must change only what the checked JSON declares, and must not lose data.

The user can permit a loss of data by naming the resource's address. The plan has the form of `terraform show -json`:
developer.hashicorp.com/terraform/internals/json-format#plan-representation
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lib.errors import ToolError
from lib.plans.held_data import holds_data
from lib.plans.refusal import Refusal
from lib.plans.retention import shortened

Change = Mapping[str, Any]

KNOWN_ACTIONS = (
    ["no-op"],
    ["read"],
    ["create"],
    ["update"],
    ["delete"],
    ["delete", "create"],
    ["create", "delete"],
)
LIFECYCLE = "aws_s3_bucket_lifecycle_configuration"
VERSIONING = "aws_s3_bucket_versioning"
PLAN_AGAIN = "plan again, with make plan or make deploy, which change only what the JSON declares"


@dataclass(frozen=True)
class Checked:
    """The data with which a plan is compared.

    `content` is the checked JSON. `adopted`: the resources of an interrupted deploy that the plan imports, address ->
    import id. `has_objects(bucket)` returns whether an existing bucket has content.
    """

    content: Mapping[str, Any]
    adopted: Mapping[str, str]
    has_objects: Callable[[str], bool]

    def declares(self, address: str) -> bool:
        type_, _, name = address.partition(".")
        return name in self.content.get("resource", {}).get(type_, {})

    def imports(self, address: str, id_: str) -> bool:
        entries = {entry["to"]: entry["id"] for entry in self.content.get("import", [])} | dict(self.adopted)
        return entries.get(address) == id_

    def moves(self, source: str, target: str) -> bool:
        return any((entry["from"], entry["to"]) == (source, target) for entry in self.content.get("moved", []))


def check(plan: Mapping[str, Any], checked: Checked, permitted: Collection[str]) -> list[Refusal]:
    """Return the reasons not to apply the plan; empty if it may be applied.

    `permitted`: addresses of resources whose data may be lost. Raises ToolError if such a resource loses no data,
    because a forgotten permission would permit a later loss.
    """
    found = list(_incomplete_plan(plan))
    for change in plan.get("resource_changes", []):
        found += _of(change, plan, checked)
    lost = {refusal.address for refusal in found if refusal.about_data}
    for address in sorted(set(permitted) - lost):
        raise ToolError(f"DESTROY_DATA names {address}, but this plan loses no data of it; remove this address")
    return [refusal for refusal in found if not (refusal.about_data and refusal.address in permitted)]


def _incomplete_plan(plan: Mapping[str, Any]) -> Iterator[Refusal]:
    if plan.get("errored") or not plan.get("complete", False) or plan.get("deferred_changes"):
        yield _outside_refusal("the plan", "is incomplete, because of an error or -target")


def _of(change: Change, plan: Mapping[str, Any], checked: Checked) -> Iterator[Refusal]:
    """Yield the reasons to refuse the change of one resource."""
    address, actions = change["address"], change["change"]["actions"]
    if change["mode"] != "managed":
        return
    yield from _outside(change, checked)
    if actions not in KNOWN_ACTIONS:
        yield _outside_refusal(address, f"has the action {'/'.join(actions)}, which no JSON declares")
    elif "delete" in actions and holds_data(change["type"]):
        yield Refusal(address, f"{_described(change)} holds data and would be {_loss(change)}", _instead(change))
    else:
        for period in _sooner(change, plan, checked):
            fix = "keep the period as it was, or make it longer"
            yield Refusal(address, f"{_described(change)} would keep data for a shorter time: {period}", fix)


def _outside_refusal(address: str, cause: str) -> Refusal:
    return Refusal(address, cause, PLAN_AGAIN, about_data=False)


def _outside(change: Change, checked: Checked) -> Iterator[Refusal]:
    """Yield a refusal if the checked JSON does not declare the change."""
    address, actions, reason = change["address"], change["change"]["actions"], change.get("action_reason", "")
    declared = checked.declares(address)
    importing, previous = change["change"].get("importing") or {}, change.get("previous_address")
    cause = ""
    if actions == ["delete"] and declared and "deposed" not in change:
        cause = "would be destroyed, although the checked JSON declares it"
    elif actions not in (["delete"], ["no-op"]) and not declared:
        cause = f"would be {'/'.join(actions)}d, although the checked JSON does not declare it"
    elif reason == "replace_by_request":
        cause = "would be replaced by request (-replace), not because of the checked JSON"
    elif importing and not checked.imports(address, importing.get("id", "")):
        cause = f"would be imported from {importing.get('id')!r}, which the checked JSON does not declare"
    elif previous and previous != address and not checked.moves(previous, address):
        cause = f"would be moved from {previous}, which the checked JSON does not declare"
    if cause:
        yield _outside_refusal(address, cause)


def _loss(change: Change) -> str:
    if change["change"]["actions"] == ["delete"]:
        return f"destroyed ({'left over from a replacement' if 'deposed' in change else 'no longer in the JSON'})"
    if change.get("action_reason") == "replace_because_tainted":
        return "destroyed and created again; forces replacement: its creation failed (tainted)"
    paths = ", ".join(sorted(_spelled(path) for path in change["change"].get("replace_paths", [])))
    return f"destroyed and created again; forces replacement: {paths or change.get('action_reason', 'no reason given')}"


def _instead(change: Change) -> str:
    if change.get("action_reason") == "replace_because_tainted":
        return "run make deploy without PLAN, which keeps and completes it"
    if change["change"]["actions"] == ["delete"]:
        return "declare it again (a construct that was renamed or moved is kept with move_to)"
    return "leave that argument unchanged, or copy the data to a new resource"


def _sooner(change: Change, plan: Mapping[str, Any], checked: Checked) -> Iterator[str]:
    """Yield the periods that this change shortens."""
    actions, type_ = change["change"]["actions"], change["type"]
    before, after = change["change"]["before"] or {}, change["change"]["after"] or {}
    if actions == ["update"]:
        yield from shortened(type_, before, after, imported=bool(change["change"].get("importing")))
    elif type_ == LIFECYCLE and "create" in actions:
        # New lifecycle rules for an existing bucket, which has no rules or other ones.
        bucket = after.get("bucket")
        if bucket and bucket == before.get("bucket"):
            yield from shortened(type_, before, after)
        elif bucket and checked.has_objects(bucket):
            yield from shortened(type_, {}, after)
    elif type_ == VERSIONING and actions == ["delete"] and before.get("bucket") not in _buckets_destroyed(plan):
        yield from shortened(type_, before, {})


def _buckets_destroyed(plan: Mapping[str, Any]) -> set[str]:
    """Return the buckets that the plan destroys. Each of these has a refusal of its own."""
    return {
        change["change"]["before"]["bucket"]
        for change in plan["resource_changes"]
        if change["type"] == "aws_s3_bucket" and "delete" in change["change"]["actions"]
    }


def _described(change: Change) -> str:
    """Return the resource's name in parentheses, such as `(dynamodb-transactions-dev)`, if it has one."""
    before = change["change"]["before"] or change["change"]["after"] or {}
    name = next((before[key] for key in ("bucket", "name", "description", "id") if before.get(key)), change["type"])
    return f"({name})"


def _spelled(path: list[str | int]) -> str:
    """Return a path as text: `["attribute", 0, "name"]` -> `attribute[0].name`."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")
