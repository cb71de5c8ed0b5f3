"""Compare a payment's audit records with its item in the ledger: actor, time and outcome of every step. No AWS calls.

A window may begin in the middle of a payment's life, so the trail need not begin with version 1.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from lib.operations.differences import AUDITED_TWICE, Difference
from lib.operations.ledger import Payment, Step
from lib.operations.window import CLOCKS_DIFFER, Window

Record = Mapping[str, Any]
Entry = tuple[str, Record]  # key of the audit object, record

WHO = ("actor", "actor_id", "request_id")
BEGUN = ("kind", "at", "amount")
SETTLED = (*BEGUN, "state", "settled_at", "settled_by", "decline_code", "reference")
# The actor of a change without a step. The stream names an actor only for DynamoDB's own removals (TTL):
# docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_Record.html
NOBODY = "unknown"
UNNAMED = "an actor whom the stream does not name; CloudTrail names it, if the table's data events are recorded"


def at(record: Record) -> datetime:
    """Return the time of the change, by DynamoDB's clock."""
    return datetime.fromisoformat(record["at"])


def compare_trail(
    payment_id: str, payment: Payment | None, entries: Sequence[Entry], window: Window
) -> Iterator[Difference]:
    """Yield the differences between the payment's changes in the window and the audit trail."""
    copies = _copies(entries)
    yield from _differing_copies(payment_id, copies)
    lives = _lives([found[0][1] for found in copies.values()])
    for life in lives:
        yield from _chain(payment_id, life)
        yield from _by_hand(payment_id, life, window)
    standing = lives[-1] if lives and lives[-1][-1]["event"] != "removed" else []
    for life in lives:
        if life is not standing or payment is None:
            yield from _gaps(payment_id, life, window)
    if payment is None:
        if standing and window.has(at(standing[-1])):
            yield _not_in_ledger(payment_id, standing[-1])
        return
    due = _due(payment, window)
    if due and not standing:
        detail = "the ledger contains it, but the audit trail ends with its removal" if lives else "no audit record"
        yield Difference("not audited", payment_id, detail, {"ledger": f"version {payment.version}"})
        return
    yield from _steps(payment, standing, due, window)
    if standing:
        yield from _newest(payment, standing[-1])
    if standing and window.is_everything:
        yield from _erasures(payment, standing)


def doubles(entries: Sequence[Entry]) -> Iterator[Difference]:
    """Yield a difference for each audit record that exists twice with the same content."""
    for number, found in _copies(entries).items():
        if len(found) > 1 and all(record == found[0][1] for _, record in found):
            others = ", ".join(key for key, _ in found[1:])
            detail = f"sequence number {number} of {found[0][1]['payment_id']} is in {others}, too"
            yield Difference(AUDITED_TWICE, found[0][0], detail)


def _copies(entries: Sequence[Entry]) -> dict[int, list[Entry]]:
    """Group the entries by the record's sequence number, in ascending order."""
    found: dict[int, list[Entry]] = defaultdict(list)
    for key, record in sorted(entries, key=lambda entry: entry[0]):
        found[int(record["sequence_number"])].append((key, record))
    return dict(sorted(found.items()))


def _differing_copies(payment_id: str, copies: Mapping[int, Sequence[Entry]]) -> Iterator[Difference]:
    for number, found in copies.items():
        if any(record != found[0][1] for _, record in found):
            places = ", ".join(key for key, _ in found)
            yield Difference("audit differs", payment_id, f"sequence number {number} is not the same in {places}")


def _lives(records: Sequence[Record]) -> list[list[Record]]:
    """Split the records at each removal: after a removal, a payment with the same id is a new payment."""
    lives: list[list[Record]] = []
    for record in records:
        if not lives or lives[-1][-1]["event"] == "removed":
            lives.append([])
        lives[-1].append(record)
    return lives


def _chain(payment_id: str, life: Sequence[Record]) -> Iterator[Difference]:
    """Yield a difference if the state before a change is not the state after the previous change."""
    last: Record | None = None
    for record in life:
        follows = last is not None and int(record["version"]) - int(last["version"]) in (0, 1)
        if last is not None and int(record["version"]) < int(last["version"]):
            values = {"audit trail": f"version {record['version']} after {last['version']}"}
            yield Difference("audit differs", payment_id, f"at {_number(record)} an older version follows", values)
        elif (last is not None and follows and record["before"] != last["after"]) or (
            record["event"] == "created" and record["before"] is not None
        ):
            values = _different("before", record["before"], "earlier", last["after"] if last else None)
            detail = f"the state before {_number(record)} is not the state after the previous change"
            yield Difference("audit differs", payment_id, detail, values)
        last = record


def _by_hand(payment_id: str, life: Sequence[Record], window: Window) -> Iterator[Difference]:
    """Yield a difference for each removal and each change without a step. The API makes no such changes."""
    last: Record | None = None
    for record in life:
        erases = _erases(record, last)
        last = record
        if not window.has(at(record)) or erases:
            continue
        who = UNNAMED if record["actor"] == NOBODY else str(record["actor"])
        values = {"actor": record["actor"], "time": record["at"]}
        if record["event"] == "removed":
            detail = f"version {record['version']} was removed from the ledger at {record['at']} by {who}"
            yield Difference("removed", payment_id, detail, values)
        elif record.get("step") is None:
            changed = _different("before", record["before"], "after", record["after"])
            detail = f"{_number(record)}: this change was made without the API, at {record['at']} by {who}"
            yield Difference("changed by hand", payment_id, detail, {**values, **changed})


def _erases(record: Record, last: Record | None) -> bool:
    """Return whether a new version without a step changes nothing that is archived (docs/payments.md, "The item")."""
    if record["event"] != "changed" or record.get("step") is not None or record["before"] != record["after"]:
        return False
    return last is None or int(record["version"]) == int(last["version"]) + 1


def _gaps(payment_id: str, life: Sequence[Record], window: Window) -> Iterator[Difference]:
    """Yield a difference for each gap in the versions. It is for payments that are no longer in the ledger."""
    last = 0 if window.is_everything else int(life[0]["version"])
    for record in life:
        version = int(record["version"])
        if version > last + 1:
            missing = f"version {last + 1}" if version == last + 2 else f"versions {last + 1} to {version - 1}"
            detail = f"no audit record of {missing}, before {_number(record)}"
            yield Difference("change not audited", payment_id, detail)
        last = version


def _due(payment: Payment, window: Window) -> list[tuple[Step, bool]]:
    """Return the changes of the window that must be audited, in order: (step, True for its outcome, else False)."""
    due = []
    for step in payment.steps.values():
        begun, *settled = step.times()
        due += [(begun, step, False)] if window.has(begun) else []
        due += [(settled[0], step, True)] if settled and window.has(settled[0]) else []
    return [(step, of_outcome) for _, step, of_outcome in sorted(due, key=lambda entry: (entry[0], entry[2]))]


def _steps(
    payment: Payment, standing: Sequence[Record], due: Sequence[tuple[Step, bool]], window: Window
) -> Iterator[Difference]:
    audited: dict[tuple[str, bool], Record] = {}
    for record in standing:
        step = record.get("step")
        if step is None:
            continue
        place = (str(step.get("key")), step.get("state") != "pending")
        known = payment.steps.get(place[0])
        if known is None or (known.is_pending and place[1]):
            if window.has(at(record)):
                yield _not_in_ledger(payment.payment_id, record)
        elif place in audited:
            detail = f"the {_phase(known, place[1])} is audited twice, again by {_number(record)}"
            yield Difference("audit differs", payment.payment_id, detail)
        else:
            audited[place] = record
            yield from _step(payment.payment_id, known, place[1], record)
    for step, of_outcome in due:
        if (step.key, of_outcome) not in audited:
            time = step.settled_at if of_outcome else step.at
            detail = f"no audit record of the {_phase(step, of_outcome)}, at {time} by {step.actor}"
            yield Difference("change not audited", payment.payment_id, detail)


def _step(payment_id: str, step: Step, of_outcome: bool, record: Record) -> Iterator[Difference]:
    """Compare actor, time and values of a step in the ledger with the audit record."""
    ledger, audited = vars(step), {**record["step"], **{name: record.get(name) for name in WHO}}
    time = datetime.fromisoformat(str(step.settled_at if of_outcome else step.at))
    names = [*WHO, *(SETTLED if of_outcome else BEGUN)]
    unlike = [name for name in names if ledger.get(name) != audited.get(name)]
    if of_outcome and step.version != int(record["version"]):
        ledger, audited = {**ledger, "version": step.version}, {**audited, "version": record["version"]}
        unlike.append("version")
    if abs(at(record) - time) > CLOCKS_DIFFER:
        ledger, audited = {**ledger, "time": str(time)}, {**audited, "time": record["at"]}
        unlike.append("time")
    if unlike:
        values = {
            "ledger": {name: ledger.get(name) for name in unlike},
            "audit trail": {name: audited.get(name) for name in unlike},
        }
        detail = f"{_number(record)} differs from the ledger in the {_phase(step, of_outcome)}: {', '.join(unlike)}"
        yield Difference("step differs", payment_id, detail, values)


def _newest(payment: Payment, record: Record) -> Iterator[Difference]:
    """Compare the ledger's current version with its audit record."""
    if int(record["version"]) == payment.version and record["after"] != payment.archived:
        values = _different("ledger", payment.archived, "audit trail", record["after"])
        yield Difference("audit differs", payment.payment_id, f"version {payment.version} differs", values)


def _erasures(payment: Payment, standing: Sequence[Record]) -> Iterator[Difference]:
    """Yield a difference if versions without a step were not audited."""
    without_step = payment.version - payment.changes
    audited = len({record["version"] for record in standing if record.get("step") is None})
    if without_step > audited:
        values = {"ledger": without_step, "audit trail": audited}
        detail = "no audit record of a change that no step made"
        yield Difference("change not audited", payment.payment_id, detail, values)


def _not_in_ledger(payment_id: str, record: Record) -> Difference:
    step = record.get("step") or {}
    what = f"a {step.get('kind', 'change')} of it" if step else "it"
    detail = f"{_number(record)} has {what}, at {record['at']} by {record['actor']}; the ledger does not"
    return Difference("not in the ledger", payment_id, detail, {"audit trail": f"version {record['version']}"})


def _phase(step: Step, of_outcome: bool) -> str:
    amount = "" if step.amount is None else f" of {step.amount}"
    return f"{'outcome' if of_outcome else 'beginning'} of the {step.kind}{amount}"


def _number(record: Record) -> str:
    return f"sequence number {record['sequence_number']}"


def _different(first: str, one: Any, second: str, other: Any) -> dict[str, Any]:
    """Return the members that differ between two records: name of a record -> its members; None if one is missing."""
    one, other = one or {}, other or {}
    names = sorted(name for name in {**one, **other} if one.get(name) != other.get(name))
    return {first: {name: one.get(name) for name in names}, second: {name: other.get(name) for name in names}}
