"""What the gateway answers, as the API shows it: approved, declined, pending; and what a replay makes of it."""

from __future__ import annotations

from typing import Any

import pytest

from payments.errors import UnavailableError
from payments.gateway import TIMEOUT_SECONDS, Answer, Approved, Declined, Unknown
from payments.item import from_item
from payments.payment import Request
from tests.unit.payments.conftest import BODY, CALLER, PAYMENTS, Call, World, new_payment

SILENCE = Unknown("no answer")
STEPS: dict[str, tuple[bool, Any]] = {
    "capture": (False, None),
    "void": (False, None),
    "refunds": (True, {"amount": 50}),
}


def with_token(token: str, **other: Any) -> dict[str, Any]:
    return {**BODY, "payment_token": token, **other}


@pytest.mark.parametrize("capture", [True, False])
@pytest.mark.parametrize("code", ["insufficient_funds", "expired_card", "anything_else"])
def test_a_declined_payment_is_a_402_replays_included(call: Call, world: World, code: str, capture: bool) -> None:
    body = with_token(f"tok_declined_{code}", capture=capture)
    first = call("POST", PAYMENTS, body)
    assert (first.status, first.headers["Content-Type"]) == (402, "application/problem+json")
    assert (first.body["type"], first.body["decline_code"]) == ("urn:payments:problem:declined", code)
    again = call("POST", PAYMENTS, body)
    assert (again.status, again.body, again.headers["Idempotency-Replayed"]) == (402, first.body, "true")
    assert len(world.gateway_calls) == 1, "a recorded decline is not asked for again"
    read = call("GET", f"{PAYMENTS}/{first.body['payment_id']}", key=None)
    assert (read.body["status"], read.body["decline_code"], read.body["captured"]) == ("declined", code, 0)


@pytest.mark.parametrize(
    ("token", "status"), [("tok_unknown_then_approved", 200), ("tok_unknown_then_declined", 402), ("tok_slow", 200)]
)
def test_what_is_unknown_is_a_202_and_known_when_repeated(call: Call, world: World, token: str, status: int) -> None:
    first = call("POST", PAYMENTS, with_token(token))
    assert (first.status, first.body["status"], first.body["captured"]) == (202, "pending", 0)
    assert int(first.headers["Retry-After"]) > 0
    assert "Idempotency-Replayed" not in first.headers
    assert call("GET", f"{PAYMENTS}/{first.body['payment_id']}", key=None).body["status"] == "pending"
    again = call("POST", PAYMENTS, with_token(token))
    assert (again.status, again.headers["Idempotency-Replayed"]) == (status, "true")
    (one, key, repeat), (other, other_key, other_repeat) = world.gateway_calls
    assert (one, key) == (other, other_key), "the same call with the same key"
    assert (repeat, other_repeat) == (False, True)
    assert call("POST", PAYMENTS, with_token(token)).body == again.body
    assert len(world.gateway_calls) == 2


def test_still_pending_is_a_202_again(call: Call, world: World) -> None:
    world.answers += [SILENCE, SILENCE]
    first, again = call("POST", PAYMENTS, BODY), call("POST", PAYMENTS, BODY)
    assert (first.status, again.status, again.headers["Idempotency-Replayed"]) == (202, 202, "true")
    assert first.body == again.body


def test_a_slow_gateway_is_waited_for_within_the_functions_time(call: Call, world: World) -> None:
    call("POST", PAYMENTS, with_token("tok_slow"))
    assert 0 < world.slept <= TIMEOUT_SECONDS < 10


def test_with_too_little_time_the_gateway_is_not_called(call: Call, world: World) -> None:
    world.seconds_left = 5.0
    assert call("POST", PAYMENTS, BODY).status == 202
    assert world.gateway_calls == []
    world.seconds_left = 10.0
    assert call("POST", PAYMENTS, BODY).status == 200


@pytest.mark.parametrize("capture", [True, False])
def test_another_body_is_refused_before_the_gateway_is_called(call: Call, world: World, capture: bool) -> None:
    world.answers.append(SILENCE)
    call("POST", PAYMENTS, BODY)
    other = {**BODY, "capture": False} if not capture else {**BODY, "amount": 1}
    assert call("POST", PAYMENTS, other).body["type"].endswith("idempotency-conflict")
    assert len(world.gateway_calls) == 1


def started(call: Call, step: str) -> tuple[str, Any]:
    sale, body = STEPS[step]
    return call("POST", PAYMENTS, {**BODY, "capture": sale}, "made").body["payment_id"], body


@pytest.mark.parametrize("step", STEPS)
def test_a_declined_step_leaves_the_payment_as_it_was(call: Call, world: World, step: str) -> None:
    payment_id, body = started(call, step)
    before = call("GET", f"{PAYMENTS}/{payment_id}", key=None).body
    world.answers.append(Declined("do_not_honor"))
    first = call("POST", f"{PAYMENTS}/{payment_id}/{step}", body, "s")
    assert (first.status, first.body["decline_code"], first.body["payment_id"]) == (402, "do_not_honor", payment_id)
    after = call("GET", f"{PAYMENTS}/{payment_id}", key=None).body
    changed = {name for name in after if after[name] != before.get(name)}
    assert changed <= {"updated_at", "refunds"}
    again = call("POST", f"{PAYMENTS}/{payment_id}/{step}", body, "s")
    assert (again.status, again.body, again.headers["Idempotency-Replayed"]) == (402, first.body, "true")
    assert call("POST", f"{PAYMENTS}/{payment_id}/{step}", body, "another-key").status in (200, 201)


@pytest.mark.parametrize("step", STEPS)
def test_a_pending_step_is_completed_by_its_repetition(call: Call, world: World, step: str) -> None:
    payment_id, body = started(call, step)
    world.answers.append(SILENCE)
    first = call("POST", f"{PAYMENTS}/{payment_id}/{step}", body, "s")
    assert (first.status, "Retry-After" in first.headers) == (202, True)
    again = call("POST", f"{PAYMENTS}/{payment_id}/{step}", body, "s")
    assert (again.status, again.headers["Idempotency-Replayed"]) == (200, "true")
    assert world.gateway_calls[-1] == (*world.gateway_calls[-2][:2], True)
    assert "awaiting" not in world.items[payment_id]
    assert call("POST", f"{PAYMENTS}/{payment_id}/{step}", body, "s").body == again.body


@pytest.mark.parametrize("pending", ["capture", "void"])
@pytest.mark.parametrize("step", ["capture", "void"])
def test_nothing_else_begins_while_a_capture_or_void_is_pending(
    call: Call, world: World, pending: str, step: str
) -> None:
    payment_id, _ = started(call, pending)
    world.answers.append(SILENCE)
    call("POST", f"{PAYMENTS}/{payment_id}/{pending}", None, "first")
    refused = call("POST", f"{PAYMENTS}/{payment_id}/{step}", None, "second")
    assert (refused.status, refused.body["type"]) == (409, "urn:payments:problem:step-pending")
    assert (refused.body["state"], refused.body["pending_step"]) == ("authorized", pending)
    assert len(world.gateway_calls) == 2
    assert call("GET", f"{PAYMENTS}/{payment_id}", key=None).body["pending_step"] == pending


def test_pending_refunds_reserve_their_amounts(call: Call, world: World) -> None:
    payment_id = call("POST", PAYMENTS, BODY).body["payment_id"]
    world.answers += [SILENCE, SILENCE]
    for key in ("r1", "r2"):
        assert call("POST", f"{PAYMENTS}/{payment_id}/refunds", {"amount": 500}, key).status == 202
    over = call("POST", f"{PAYMENTS}/{payment_id}/refunds", {"amount": 51}, "r3")
    assert (over.status, over.body["limit"]) == (409, 50)
    third = call("POST", f"{PAYMENTS}/{payment_id}/refunds", {"amount": 50}, "r4")
    assert (third.status, third.body["payment"]["refunded"]) == (201, 50)
    world.answers.append(Declined("closed_account"))
    assert call("POST", f"{PAYMENTS}/{payment_id}/refunds", {"amount": 500}, "r1").status == 402
    freed = call("POST", f"{PAYMENTS}/{payment_id}/refunds", {"amount": 500}, "r5")
    assert (freed.status, freed.body["payment"]["refunded"]) == (201, 550)
    assert world.items[payment_id]["awaiting"] == {"S": "gateway"}, "one is still pending"
    last = call("POST", f"{PAYMENTS}/{payment_id}/refunds", {"amount": 500}, "r2")
    assert (last.status, last.body["payment"]["status"]) == (200, "refunded")
    assert not {"awaiting", "due_at", "pending_since", "pending_refunds"} & world.items[payment_id].keys()


def test_refunds_are_shown_with_a_state_of_their_own(call: Call, world: World) -> None:
    payment_id = call("POST", PAYMENTS, BODY).body["payment_id"]
    world.answers += [Approved("re_1"), Declined("closed_account"), SILENCE]
    done = call("POST", f"{PAYMENTS}/{payment_id}/refunds", {"amount": 10}, "r1")
    call("POST", f"{PAYMENTS}/{payment_id}/refunds", {"amount": 20}, "r2")
    pending = call("POST", f"{PAYMENTS}/{payment_id}/refunds", {"amount": 30}, "r3")
    refunds = {refund["amount"]: refund for refund in call("GET", f"{PAYMENTS}/{payment_id}", key=None).body["refunds"]}
    assert refunds[10] == {name: done.body[name] for name in ("refund_id", "amount", "status", "created_at")}
    assert (refunds[10]["status"], refunds[20]["status"], refunds[30]["status"]) == ("succeeded", "declined", "pending")
    assert (refunds[20]["decline_code"], pending.body["refund_id"]) == ("closed_account", refunds[30]["refund_id"])


def test_a_token_whose_refunds_are_declined(call: Call) -> None:
    payment_id = call("POST", PAYMENTS, with_token("tok_refund_declined")).body["payment_id"]
    assert call("POST", f"{PAYMENTS}/{payment_id}/refunds", {"amount": 1}, "r").status == 402


@pytest.mark.parametrize("answer", [None, Declined("no")])
def test_the_token_is_a_hash_once_the_gateway_has_answered(call: Call, world: World, answer: Answer | None) -> None:
    world.answers += [SILENCE, *([answer] if answer else [])]
    call("POST", PAYMENTS, BODY)
    (item,) = world.items.values()
    assert item["payment_token"] == {"S": "tok_visa"}, "to ask again with"
    call("POST", PAYMENTS, BODY)
    (item,) = world.items.values()
    assert "tok_visa" not in str(item)
    assert len(item["token_hash"]["S"]) == 20


@pytest.mark.parametrize("capture", [True, False])
@pytest.mark.parametrize("answer", [Approved("ref"), Approved("ref", "2026-12-01T00:00:00.000000Z"), Declined("no")])
@pytest.mark.parametrize("settled_by", [None, "another request"])
def test_the_ledger_knows_what_its_write_makes_of_a_new_payment(
    world: World, capture: bool, answer: Approved | Declined, settled_by: str | None
) -> None:
    """Without an answer from DynamoDB."""
    payment = new_payment(Request("m-1", 1050, "EUR", "tok_visa", "c-1", capture, {"order": "7"}))
    world.ledger.record(payment)
    outcome = world.completion.outcome(payment, payment.making, answer, settled_by or CALLER.request_id)
    made = world.ledger.settle(payment, payment.making, outcome)
    assert made == from_item(world.items[payment.payment_id])


def test_an_outcome_that_cannot_be_recorded_is_pending(
    call: Call, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(*_: Any) -> None:
        raise UnavailableError

    with monkeypatch.context() as broken:
        broken.setattr(world.ledger, "settle", silent)
        assert call("POST", PAYMENTS, BODY).status == 202
    assert call("POST", PAYMENTS, BODY).status == 200


@pytest.mark.parametrize("refusal", ["amount", "currency"])
def test_a_limit_that_is_lowered_refuses_new_payments_and_no_replay(call: Call, world: World, refusal: str) -> None:
    first = call("POST", PAYMENTS, BODY)
    if refusal == "amount":
        world.maximum_amount = 1000
    else:
        world.unsupported_currencies = frozenset({"EUR"})
    again = call("POST", PAYMENTS, BODY)
    assert (again.status, again.body) == (200, first.body)
    assert call("POST", PAYMENTS, {**BODY, "customer_id": "c"}).status == 409
    refused = call("POST", PAYMENTS, BODY, "new")
    assert (refused.status, [error["pointer"] for error in refused.body["errors"]]) == (400, [f"/{refusal}"])
    assert len(world.items) == 1


@pytest.mark.parametrize("step", ["", *(f"/{name}" for name in STEPS)])
@pytest.mark.parametrize("answer", [None, Declined("no"), SILENCE])
def test_a_step_is_two_requests_at_most_and_its_replay_one(
    call: Call, world: World, step: str, answer: Answer | None
) -> None:
    path, body = PAYMENTS, BODY
    if step:
        payment_id, body = started(call, step[1:])
        path = f"{PAYMENTS}/{payment_id}{step}"

    def requests() -> list[str]:
        world.database.requests.clear()
        call("POST", path, body, "counted")
        return world.database.requests

    begin = "UpdateItem" if step else "PutItem"
    world.answers += [answer] if answer else []
    assert requests() == ([begin] if answer is SILENCE else [begin, "UpdateItem"])
    if answer is SILENCE:
        assert requests() == [begin, "UpdateItem"]
    for _ in range(2):
        assert requests() == [begin]
    world.database.requests.clear()
    call("POST", path, {**BODY, "amount": 2} if not step else {"amount": 3} if "void" not in step else {}, "counted")
    assert len(world.database.requests) == 1, "a conflict too"


def test_every_answer_says_whether_money_moves_and_which_request_it_answers(call: Call) -> None:
    made = call("POST", PAYMENTS, BODY, request_id="first")
    payment = f"{PAYMENTS}/{made.body['payment_id']}"
    answers = [
        made,
        call("POST", f"{payment}/refunds", {"amount": 1}, "r", request_id="second"),
        call("GET", payment, key=None, request_id="third"),
        call("GET", PAYMENTS, key=None, request_id="fourth"),
        call("POST", f"{payment}/void", None, "v", request_id="fifth"),
        call("GET", "/nowhere", key=None, request_id="sixth"),
    ]
    assert [answer.headers["X-Request-Id"] for answer in answers] == [
        *("first", "second", "third", "fourth", "fifth", "sixth")
    ]
    assert [answer.body["livemode"] for answer in answers] == [False] * 6
