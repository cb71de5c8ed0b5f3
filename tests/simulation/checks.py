"""What must hold after a schedule, whatever happened in it: of every image of the stream, and of the three records."""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from payments.item import from_item
from payments.payment import Payment
from payments.states import CAPTURE, DECLINED, PENDING, REFUND, SUCCEEDED, TRANSITIONS, VOID
from tests.simulation.schedule import Schedule, Wish

RIGHT = {"create": 201, "capture": 200, "void": 200, "refunds": 201}


def violations(schedule: Schedule) -> Iterator[str]:
    """One line for each; none if all holds."""
    world = schedule.world
    yield from schedule.failures
    yield from world.failures
    yield from world.gateway.faults
    for key, effects in world.gateway.effects.items():
        if effects > 1:
            yield f"the gateway call {key} had {effects} effects"
    payments = {key: from_item(item) for key, item in world.database.items.items()}
    yield from _history(world.database.stream)
    for payment in payments.values():
        if payment.pending_steps or payment.awaiting:
            yield f"{payment.payment_id} still waits: {payment.status}, {payment.awaiting}"
        yield from _gateway(payment, schedule)
        yield from _archive(payment, schedule)
    for payment_id in world.gateway.accounts.keys() - payments.keys():
        yield f"the gateway knows {payment_id}, the ledger does not"
    yield from _answers(schedule, payments)


def _history(stream: list[dict[str, Any]]) -> Iterator[str]:
    """Of each image: amounts within each other, states as in the table, versions without a gap."""
    for record in stream:
        change = record["dynamodb"]
        after = from_item(change["NewImage"])
        before = from_item(change["OldImage"]) if "OldImage" in change else None
        yield from _image(after)
        if before and after.version == before.version:
            if {**vars(before), "due_at": None} != {**vars(after), "due_at": None}:
                yield f"{after.payment_id} changed without a new version"
        elif after.version != (before.version + 1 if before else 1):
            yield f"{after.payment_id} has version {after.version} after {before and before.version}"
        if before and after.state != before.state:
            allowed = {state for states in TRANSITIONS[before.state].values() for state in states}
            if after.state not in allowed:
                yield f"{after.payment_id} went from {before.state} to {after.state}"


def _image(payment: Payment) -> Iterator[str]:
    pending = payment.pending_steps
    reserved = sum(step.amount or 0 for step in pending if step.kind == REFUND)
    refunded = sum(step.amount or 0 for step in payment.steps.values() if _done(step, REFUND))
    told = f"{payment.payment_id} at version {payment.version}"
    if not payment.refunded + reserved <= payment.captured <= payment.amount:
        yield f"{told}: {payment.refunded} refunded, {reserved} reserved, {payment.captured} captured"
    if payment.refundable != payment.captured - payment.refunded - reserved:
        yield f"{told}: refundable is {payment.refundable}"
    if payment.refunded != refunded:
        yield f"{told}: refunded is {payment.refunded}, its refunds {refunded}"
    if bool(pending) != (payment.awaiting == "gateway"):
        yield f"{told}: {len(pending)} steps pending, awaiting {payment.awaiting}"
    if payment.awaiting and not payment.due_at:
        yield f"{told}: waits, and is never due"
    if payment.state == "authorized" and not payment.awaiting:
        yield f"{told}: an authorization that nobody will void"
    if (payment.payment_token is None) == (payment.making.state == PENDING):
        yield f"{told}: its token is {payment.payment_token}"


def _done(step: Any, kind: str) -> bool:
    return step.kind == kind and step.state == SUCCEEDED


def _gateway(payment: Payment, schedule: Schedule) -> Iterator[str]:
    """Each step that succeeded had its effect under its key, and no other step had one."""
    gateway = schedule.world.gateway
    for step in payment.steps.values():
        effects = gateway.effects.get(step.gateway_key(payment.payment_id), 0)
        if effects != (step.state == SUCCEEDED):
            yield f"{payment.payment_id}: {step.kind} {step.key} {step.state}, with {effects} effects at the gateway"
    account = gateway.accounts.get(payment.payment_id)
    standing = (account.captured, account.refunded, account.voided) if account else (0, 0, False)
    recorded = payment.captured, payment.refunded, payment.state == "voided"
    if standing != recorded:
        yield f"{payment.payment_id}: captured, refunded, voided are {recorded}, at the gateway {standing}"
    known = {step.gateway_key(payment.payment_id) for step in payment.steps.values()}
    for key in gateway.effects:
        if key.startswith(payment.payment_id) and key not in known:
            yield f"the gateway call {key} belongs to no step"


def _archive(payment: Payment, schedule: Schedule) -> Iterator[str]:
    """Each version has one audit record; the last one and the receipt are as the ledger is; actors are the steps'."""
    trail = {}
    for key, (content, _) in schedule.world.s3.objects.items():
        if key.startswith("audit/"):
            for record in map(json.loads, gzip.decompress(content).splitlines()):
                if record["payment_id"] == payment.payment_id:
                    trail[record["version"]] = record
    told = payment.payment_id
    if sorted(trail) != list(range(1, payment.version + 1)):
        yield f"{told} is at version {payment.version}, audited are {sorted(trail)}"
        return
    if trail[payment.version]["after"] != payment.archived():
        yield f"{told}: the last audit record differs from the ledger"
    by_step = defaultdict(set)
    for record in trail.values():
        by_step[(record["step"] or {}).get("key")].add((record["actor"], record["request_id"]))
    asked = {step.key: {(step.actor, step.request_id)} for step in payment.steps.values()}
    if by_step != asked:
        yield f"{told}: the audit trail names {dict(by_step)}, the steps {asked}"
    receipt = schedule.world.s3.objects.get(f"receipts/{payment.merchant_id}/{payment.payment_id}.json")
    if not receipt:
        yield f"{told} has no receipt"
        return
    document = json.loads(receipt[0])
    if document != {"receipt_for": told, "version": payment.version, **payment.archived()}:
        yield f"{told}: the receipt differs from the ledger"


def _answers(schedule: Schedule, payments: dict[str, Payment]) -> Iterator[str]:
    """What clients were told is what is recorded, and always the same."""
    final: dict[Wish, Any] = {}
    for wish, status, headers, document in schedule.answers:
        told = f"{wish.kind} of {wish.payment_id} with {wish.key} and {wish.body}"
        replayed = "Idempotency-Replayed" in headers
        if status >= 500 and schedule.recovering and status != 503:
            yield f"{told} was answered {status}"
        if status not in (200, 201, 402):
            continue
        if not replayed and status not in (RIGHT[wish.kind], 402):
            yield f"{told} was answered {status} at first"
        if final.setdefault(wish, document) != document:
            yield f"{told} was answered {final[wish]}, then {document}"
        step = _step(wish, payments.get(wish.payment_id), document)
        asked = json.loads(wish.body or "{}").get("amount")
        if step is None or step.state != (DECLINED if status == 402 else SUCCEEDED):
            yield f"{told} was answered {status}, and its step is {step}"
        elif wish.kind != "create" and status != 402 and step.amount != asked:
            yield f"{told} was answered with what was asked for another amount: {step}"


def _step(wish: Wish, payment: Payment | None, document: Any) -> Any:
    """The recorded step that a final answer speaks of."""
    if payment is None:
        return None
    if wish.kind == "create":
        return payment.making
    kind = {"capture": CAPTURE, "void": VOID, "refunds": REFUND}[wish.kind]
    steps = [step for step in payment.steps.values() if step.kind == kind]
    if "refund_id" in document:
        steps = [step for step in steps if step.refund_id == document["refund_id"]]
    wanted = DECLINED if "decline_code" in document else SUCCEEDED
    return next((step for step in steps if step.state == wanted), None)
