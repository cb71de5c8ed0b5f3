"""The DEL rules: one command destroys everything, and nothing remains."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from lib.aspects.model import ANY_TYPE, ResourceRule
from lib.aspects.provider.data import FACTS, JUDGMENTS
from lib.aspects.terraform_json import MISSING, Attributes, arguments, blocks, flag, format_value, literal, number
from lib.findings.finding import Severity

DECOMMISSION = ("Well-Architected COST04-BP03", "PCI DSS 4.0.1 3.2.1")

_JUDGED: Mapping[str, Any] = JUDGMENTS["teardown"]

PROTECTIONS = frozenset(_JUDGED["protects"]["off"])
OFF = _JUDGED["protects"]["words"]

KEEPS_WHEN_TRUE = frozenset(_JUDGED["keeps"]["off"])
KEEPS_WHEN_FALSE = frozenset(_JUDGED["keeps"]["on"])
KEEPS_WHEN_NAMED = frozenset(_JUDGED["keeps"]["none"])
GIVES_UP = _JUDGED["keeps"]["words"]
# Type -> required argument: with its default, AWS keeps a snapshot or backup after a destroy.
KEEPS_BY_DEFAULT = {type_: path for type_, facts in FACTS.items() for path in facts.get("snapshots", ())}

LOCK_TYPES = frozenset(_JUDGED["locks"]["types"])
LOCKS = frozenset(_JUDGED["locks"]["none"])
UNLOCKED_WORDS = _JUDGED["locks"]["words"]

FORCES = frozenset(_JUDGED["forces"]["on"])
# Type -> required argument: without it, AWS deletes only empty resources.
NEVER_EMPTY = {type_: path for type_, _, path in (full.partition(".") for full in _JUDGED["forces"]["by_default"])}

# Argument -> AWS's minimum of days between a deletion and its effect.
WAITS: Mapping[str, int] = _JUDGED["waits"]
WAITS_BY_DEFAULT = {type_: path for type_, facts in FACTS.items() for path in facts.get("waits", ())}


def _given(
    type_: str, attributes: Attributes, names: Collection[str], harmful_by_default: Mapping[str, str] | None = None
) -> Iterator[tuple[str, str, Any]]:
    """Yield (dotted path, name, value) of all arguments with these names, at every depth.

    A missing argument is included, with the value None, if its default is harmful for this type.
    """
    found = set()
    for path, name, value in arguments(attributes):
        if name in names and literal(value) is not MISSING:
            found.add(path)
            yield path, name, value
    default = (harmful_by_default or {}).get(type_)
    if default is not None and default not in found and (name := default.rpartition(".")[2]) in names:
        yield default, name, None


def _unprotected(type_: str, attributes: Attributes) -> Iterator[str]:
    for path, _, value in _given(type_, attributes, PROTECTIONS):
        if flag(value) is not False and literal(value) not in OFF:
            yield f"{path} is {format_value(value)}; expected false"


UNPROTECTED = ResourceRule(
    id="TAP-DEL-1",
    title="Nothing is protected against deletion",
    why="A protected resource stops a destroy halfway, and somebody has to complete it by hand.",
    severity=Severity.HIGH,
    controls=DECOMMISSION,
    resource_types=ANY_TYPE,
    waivable=False,
    fix="set the argument to False",
    source="https://docs.aws.amazon.com/wellarchitected/latest/framework/cost_decomissioning_resources_decommission.html",
    check=_unprotected,
)


def _destroyable(_type: str, attributes: Attributes) -> Iterator[str]:
    for lifecycle in blocks(attributes, "lifecycle"):
        if flag(lifecycle.get("prevent_destroy")) not in (False, MISSING):
            yield f"lifecycle.prevent_destroy is {format_value(lifecycle.get('prevent_destroy'))}; expected false"


DESTROYABLE = ResourceRule(
    id="TAP-DEL-2",
    title="No lifecycle forbids destruction",
    why="prevent_destroy makes terraform destroy fail for the whole stack.",
    severity=Severity.HIGH,
    controls=DECOMMISSION,
    resource_types=ANY_TYPE,
    waivable=False,
    fix="remove prevent_destroy from the lifecycle",
    source="https://developer.hashicorp.com/terraform/language/meta-arguments/lifecycle",
    check=_destroyable,
)


def _keeps_nothing(type_: str, attributes: Attributes) -> Iterator[str]:
    for path, _, value in _given(type_, attributes, KEEPS_WHEN_TRUE):
        if flag(value) is not False and literal(value) not in GIVES_UP:
            yield f"{path} is {format_value(value)}; expected false, or the value that deletes the data"
    for path, _, value in _given(type_, attributes, KEEPS_WHEN_FALSE, KEEPS_BY_DEFAULT):
        if flag(value) is not True:
            yield f"{path} is {format_value(value)}; expected true"
    for path, name, value in _given(type_, attributes, KEEPS_WHEN_NAMED):
        yield f"{path} is {format_value(value)}; expected no {name}"


KEEPS_NOTHING = ResourceRule(
    id="TAP-DEL-3",
    title="A destroy leaves nothing behind",
    why="Data that skip_destroy, retain or a final snapshot leaves behind has no owner and costs money.",
    severity=Severity.HIGH,
    controls=DECOMMISSION,
    resource_types=ANY_TYPE,
    waivable=False,
    fix="set skip_destroy and retain_… to False, skip_final_… and delete_… to True, and name no final snapshot",
    source="https://docs.aws.amazon.com/wellarchitected/latest/framework/cost_decomissioning_resources_decommission.html",
    check=_keeps_nothing,
)


def _unlocked(type_: str, attributes: Attributes) -> Iterator[str]:
    if type_ in LOCK_TYPES:
        yield f"{type_} locks its target; expected no lock"
        return
    for path, name, value in _given(type_, attributes, LOCKS):
        if flag(value) is not False and literal(value) not in UNLOCKED_WORDS and value != []:
            yield f"{path} is {format_value(value)}; expected no {name}"


UNLOCKED = ResourceRule(
    id="TAP-DEL-4",
    title="There is no object lock, no vault lock, and no MFA delete",
    why="Nobody can delete a locked object before its retention ends, and Terraform cannot provide an MFA code.",
    severity=Severity.HIGH,
    controls=DECOMMISSION,
    resource_types=ANY_TYPE,
    waivable=False,
    fix="remove the lock; versioning and a lifecycle keep history without it",
    source="https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html",
    check=_unlocked,
)


def _forced(type_: str, attributes: Attributes) -> Iterator[str]:
    for path, _, value in _given(type_, attributes, FORCES, NEVER_EMPTY):
        if flag(value) is not True:
            yield f"{path} is {format_value(value)}; expected true"


FORCED = ResourceRule(
    id="TAP-DEL-5",
    title="A resource with content can be destroyed",
    why="AWS refuses to delete a bucket or repository that is not empty, and a used one never is.",
    severity=Severity.HIGH,
    controls=DECOMMISSION,
    resource_types=ANY_TYPE,
    waivable=False,
    fix="set the argument to True",
    source="https://docs.aws.amazon.com/AmazonS3/latest/userguide/delete-bucket.html",
    check=_forced,
)


def _without_waiting(type_: str, attributes: Attributes) -> Iterator[str]:
    for path, name, value in _given(type_, attributes, WAITS, WAITS_BY_DEFAULT):
        if number(value) != WAITS[name]:
            yield f"{path} is {format_value(value)}; expected {WAITS[name]}"


WITHOUT_WAITING = ResourceRule(
    id="TAP-DEL-6",
    title="Waiting periods before deletion are AWS's minimum",
    why="A key remains pending deletion after a destroy: with the minimum for seven days, by default for thirty.",
    severity=Severity.MEDIUM,
    controls=DECOMMISSION,
    resource_types=ANY_TYPE,
    waivable=False,
    fix="set deletion_window_in_days=7 on a key, and recovery_window_in_days=0 on a secret",
    source="https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html",
    check=_without_waiting,
)

RULES = (UNPROTECTED, DESTROYABLE, KEEPS_NOTHING, UNLOCKED, FORCED, WITHOUT_WAITING)
