"""Reads manual changes of managed resources from a plan (`terraform show -json`).

`resource_drift` contains the changes since the last apply, as `plan -refresh-only` shows them. `resource_changes`
contains what an apply would do.
developer.hashicorp.com/terraform/internals/json-format#plan-representation
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lib.aspects.expressions import references
from lib.aspects.provider.data import ARGUMENTS
from lib.aspects.types import classified
from lib.drift.model import Change, Kind, Repair
from lib.drift.values import Difference, differences, is_same
from lib.terraform.state import name_of

# Attributes that AWS sets, for types that lib/aspects/provider/arguments.json does not describe.
COMPUTED = frozenset({"arn", "id", "tags_all"})
HIDDEN = "(sensitive)"

# Arguments of a bucket, role or topic that another resource type manages, with that type's argument that names the
# bucket, role or topic.
SHOWN_BY_OTHERS = {
    ("aws_iam_role", "inline_policy"): ("aws_iam_role_policy", "role"),
    ("aws_s3_bucket", "lifecycle_rule"): ("aws_s3_bucket_lifecycle_configuration", "bucket"),
    ("aws_s3_bucket", "logging"): ("aws_s3_bucket_logging", "bucket"),
    ("aws_s3_bucket", "policy"): ("aws_s3_bucket_policy", "bucket"),
    ("aws_s3_bucket", "server_side_encryption_configuration"): (
        "aws_s3_bucket_server_side_encryption_configuration",
        "bucket",
    ),
    ("aws_s3_bucket", "versioning"): ("aws_s3_bucket_versioning", "bucket"),
    ("aws_sns_topic", "policy"): ("aws_sns_topic_policy", "arn"),
    ("aws_sqs_queue", "policy"): ("aws_sqs_queue_policy", "queue_url"),
    ("aws_sqs_queue", "redrive_policy"): ("aws_sqs_queue_redrive_policy", "queue_url"),
}
# Arguments that additions/ reads itself. An apply stores their deployed values in the state, so later plans would not
# show a manual change.
ASKED_FOR = frozenset(
    {
        ("aws_iam_role", "inline_policy"),
        ("aws_iam_role", "managed_policy_arns"),
        *(("aws_s3_bucket", name) for name in ("acl", "cors_rule", "grant", "replication_configuration", "website")),
    }
)


def manual_changes(plan: Mapping[str, Any], content: Mapping[str, Any]) -> Iterator[Change]:
    """Yield every manually changed argument, and every deletion. `content`: the synthesized JSON."""
    planned = {item["address"]: item["change"] for item in plan.get("resource_changes", [])}
    for item in plan.get("resource_drift", []):
        address, change = item["address"], item["change"]
        if item["mode"] != "managed":
            continue
        if change["actions"] == ["delete"]:
            yield Change(Kind.DELETED, address, name_of(change["before"]), _after_deletion(address, planned))
            continue
        for argument in _differing(item["type"], change["before"], change["after"]):
            if not _is_shown_by_another(content, address, argument):
                yield _changed(Kind.CHANGED, address, argument, change, _repair(argument, change, planned.get(address)))


def not_deployed(plan: Mapping[str, Any], content: Mapping[str, Any]) -> Iterator[Change]:
    """Yield every argument whose value the JSON would change, although nobody changed it since the last apply."""
    drifted = {(change.address, change.argument) for change in manual_changes(plan, content)}
    for item in plan.get("resource_changes", []):
        planned = item["change"]
        if item["mode"] != "managed" or planned["before"] is None or planned["after"] is None:
            continue
        # The deployed value is `after`.
        change = {**planned, "before": planned["after"], "after": planned["before"]}
        for argument in _differing(item["type"], change["before"], change["after"]):
            if (item["address"], argument) not in drifted and not _is_unknown(planned, argument):
                repair = Repair.REPLACES if "delete" in planned["actions"] else Repair.REPAIRS
                yield _changed(Kind.NOT_DEPLOYED, item["address"], argument, change, repair)


def _changed(kind: Kind, address: str, argument: str, change: Mapping[str, Any], repair: Repair) -> Change:
    before, after = change["before"].get(argument), change["after"].get(argument)
    if _is_sensitive(change, argument):
        shown: tuple[Difference, ...] = (Difference(argument, HIDDEN, HIDDEN),)
    else:
        shown = tuple(differences(before, after, argument))
    return Change(
        kind,
        address,
        name_of(change["after"]),
        repair,
        argument=argument,
        before=before,
        after=after,
        differences=shown,
    )


def _differing(type_: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    for argument in sorted(before.keys() | after.keys()):
        if _is_settable(type_, argument) and not is_same(before.get(argument), after.get(argument)):
            yield argument


def _is_settable(type_: str, argument: str) -> bool:
    """Return whether users can set the argument. Attributes that only AWS sets, such as dates, change by themselves."""
    paths = ARGUMENTS.get(type_, {}).get("settable")
    return argument not in COMPUTED if paths is None else argument in {path.split(".")[0] for path in paths}


def _is_shown_by_another(content: Mapping[str, Any], address: str, argument: str) -> bool:
    type_, _, name = address.partition(".")
    resources = content.get("resource", {})
    if argument in resources.get(type_, {}).get(name, {}):
        return False
    if (type_, argument) in ASKED_FOR:
        return True
    other, by = SHOWN_BY_OTHERS.get((type_, argument), ("", ""))
    return any(
        to.address == address
        for attributes in resources.get(other, {}).values()
        for to in references(str(attributes.get(by, "")))
    )


def _repair(argument: str, drift: Mapping[str, Any], planned: Mapping[str, Any] | None) -> Repair:
    if planned is None or planned["actions"] == ["no-op"]:
        return Repair.LEAVES
    if "delete" in planned["actions"]:
        return Repair.REPLACES
    is_kept = is_same(planned["after"].get(argument), drift["after"].get(argument))
    return Repair.LEAVES if is_kept and not _is_unknown(planned, argument) else Repair.REPAIRS


def _after_deletion(address: str, planned: Mapping[str, Any]) -> Repair:
    if address not in planned or "create" not in planned[address]["actions"]:
        return Repair.LEAVES
    of_type = classified(address.partition(".")[0])
    return Repair.REPLACES if of_type is None or of_type.holds_data else Repair.REPAIRS


def _is_unknown(planned: Mapping[str, Any], argument: str) -> bool:
    """Return whether the argument's planned value is known only after the apply."""
    unknown = planned.get("after_unknown")
    return bool(unknown.get(argument)) if isinstance(unknown, Mapping) else bool(unknown)


def _is_sensitive(change: Mapping[str, Any], argument: str) -> bool:
    marks = (change.get("before_sensitive"), change.get("after_sensitive"))
    return any(_is_marked(mark.get(argument) if isinstance(mark, Mapping) else mark) for mark in marks)


def _is_marked(mark: Any) -> bool:
    """Return whether a part of a value is sensitive. `mark` has the value's shape, with `true` for sensitive parts."""
    if isinstance(mark, Mapping):
        return any(_is_marked(inner) for inner in mark.values())
    return any(_is_marked(inner) for inner in mark) if isinstance(mark, list) else mark is True
