"""Stripe's record, read over HTTP from a server that lists as Stripe does: pages, creation times, expanded objects."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from lib.errors import ToolError
from lib.operations.gateways import configured
from lib.operations.gateways.record import gateway_key
from lib.operations.gateways.stripe import Stripe
from payments.item import from_item
from tests.unit.operations.world import World

KEY = "sk_test_0123456789abcdef"
LATE, LATER = timedelta(days=1), timedelta(days=2)
AT = datetime(2026, 11, 23, 10, tzinfo=UTC)


@dataclass
class Account:
    """What Stripe has, newest first; `failures` are answered first: a status, or None to hang up."""

    base: str = ""
    intents: list[dict[str, Any]] = field(default_factory=list)
    refunds: list[dict[str, Any]] = field(default_factory=list)
    failures: list[int | None] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    authorizations: set[str] = field(default_factory=set)
    waited: list[float] = field(default_factory=list)
    most: int = 2  # of a page

    def stripe(self) -> Stripe:
        return Stripe(KEY, self.base, sleep=self.waited.append)

    def answer(self, path: str, query: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """docs.stripe.com/api/pagination: newest first, after the object that `starting_after` names."""
        if path.startswith("/v1/payment_intents/"):
            found = [one for one in self.intents if one["id"] == path.rpartition("/")[2]]
            return (200, found[0]) if found else (404, {"error": {"code": "resource_missing"}})
        objects = self.intents if path == "/v1/payment_intents" else self.refunds
        begin, end = int(query.get("created[gte]", 0)), int(query.get("created[lt]", 2**40))
        found = [one for one in objects if begin <= one["created"] < end]
        if "payment_intent" in query:
            found = [one for one in found if one["payment_intent"] == query["payment_intent"]]
        if query.get("expand[]") == "data.payment_intent":
            intents = {one["id"]: one for one in self.intents}
            found = [{**one, "payment_intent": intents[one["payment_intent"]]} for one in found]
        if "starting_after" in query:
            found = found[[one["id"] for one in found].index(query["starting_after"]) + 1 :]
        page = found[: min(self.most, int(query["limit"]))]
        return 200, {"object": "list", "data": page, "has_more": len(page) < len(found)}


@pytest.fixture
def account() -> Iterator[Account]:
    made = Account()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.requests.append(self.path)
            made.authorizations.add(self.headers["Authorization"])
            status = made.failures.pop(0) if made.failures else 200
            if status is None:
                self.connection.close()
                return
            url = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(url.query).items()}
            status, body = (status, {}) if status != 200 else made.answer(url.path, query)
            content = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        made.base = f"http://127.0.0.1:{server.server_port}"
        yield made
        server.shutdown()


def intent(number: int, **other: Any) -> dict[str, Any]:
    return {
        "id": f"pi_{number}",
        "object": "payment_intent",
        "amount": 100,
        "amount_received": 100,
        "currency": "eur",
        "status": "succeeded",
        "latest_charge": {"id": "ch_1"},
        "created": int(AT.timestamp()) - number,
        "livemode": False,
        "metadata": {"payment_id": f"pay_{number}", "key": f"pay_{number}_sale"},
        **other,
    }


def refund(number: int, of: int, **other: Any) -> dict[str, Any]:
    return {
        "id": f"re_{number}",
        "object": "refund",
        "amount": 10,
        "status": "succeeded",
        "payment_intent": f"pi_{of}",
        "created": int(AT.timestamp()) - number,
        "metadata": {"key": f"pay_{of}_refund_{number}"},
        **other,
    }


def test_charges_come_page_by_page(account: Account) -> None:
    account.intents = [intent(number) for number in range(5)]
    found = list(account.stripe().charges(AT - LATE, AT + LATE))
    assert [charge.payment_id for charge in found] == [f"pay_{number}" for number in range(5)]
    assert len(account.requests) == 3
    assert account.authorizations == {"Basic " + base64.b64encode(f"{KEY}:".encode()).decode()}


def test_a_charge_says_what_the_ledger_is_compared_with(account: Account) -> None:
    account.intents = [intent(1, amount_received=90, status="requires_capture")]
    (charge,) = account.stripe().charges(AT - LATE, AT + LATE)
    assert (charge.reference, charge.key, charge.currency) == ("pi_1", "pay_1_sale", "EUR")
    assert (charge.amount, charge.captured, charge.state) == (100, 90, "authorized")
    assert charge.created == "2026-11-23T09:59:59Z"


@pytest.mark.parametrize(
    ("status", "latest_charge", "state"),
    [
        ("succeeded", {}, "captured"),
        ("requires_capture", {}, "authorized"),
        ("canceled", {}, "voided"),
        ("canceled", None, "declined"),
        ("requires_payment_method", {}, "declined"),
        ("processing", {}, "pending"),
        ("something_new", {}, "pending"),
    ],
)
def test_states_of_a_charge(account: Account, status: str, latest_charge: Any, state: str) -> None:
    account.intents = [intent(1, status=status, latest_charge=latest_charge)]
    (charge,) = account.stripe().charges(AT - LATE, AT + LATE)
    assert charge.state == state


def test_refunds_are_of_the_payment_of_their_intent(account: Account) -> None:
    account.intents = [intent(1), intent(2, metadata={})]
    account.refunds = [refund(1, 1), refund(2, 2), refund(3, 1, status="failed"), refund(4, 1, status="pending")]
    found = list(account.stripe().refunds(AT - LATE, AT + LATE))
    assert [(one.payment_id, one.reference, one.state) for one in found] == [
        ("pay_1", "re_1", "succeeded"),
        ("pay_1", "re_3", "declined"),
        ("pay_1", "re_4", "pending"),
    ]


def test_the_release_of_a_partial_capture_is_no_refund(account: Account) -> None:
    """Which nobody asked for, and which has no metadata; one by hand has another amount."""
    account.intents = [intent(1, amount_received=60)]
    account.refunds = [refund(1, 1, amount=40, metadata={}), refund(2, 1, amount=7, metadata={})]
    assert [one.reference for one in account.stripe().refunds(AT - LATE, AT + LATE)] == ["re_2"]


def test_what_somebody_else_charged_is_none_of_ours(account: Account) -> None:
    account.intents = [intent(1, metadata={}), intent(2)]
    assert [charge.reference for charge in account.stripe().charges(AT - LATE, AT + LATE)] == ["pi_2"]


def test_only_the_time_that_was_asked_for_is_listed(account: Account) -> None:
    """Charges of eight days more: an authorization of then may have been captured now."""
    account.intents = [
        intent(number, created=int((AT - timedelta(days=days)).timestamp())) for number, days in enumerate((0, 7, 12))
    ]
    account.refunds = [refund(1, 0), refund(2, 0, created=int((AT - LATER).timestamp()))]
    stripe = account.stripe()
    assert [charge.reference for charge in stripe.charges(AT - LATE, AT + LATE)] == ["pi_0", "pi_1"]
    assert [one.reference for one in stripe.refunds(AT - LATE, AT + LATE)] == ["re_1"]


@pytest.mark.parametrize("failures", [[None], [429, 429], [500, None, 503], [409]])
def test_what_can_be_asked_again_is(account: Account, failures: list[int | None]) -> None:
    account.intents, account.failures = [intent(1)], list(failures)
    assert len(list(account.stripe().charges(AT - LATE, AT + LATE))) == 1
    assert len(account.waited) == len(failures)


@pytest.mark.parametrize(
    ("failures", "says"),
    [([401], "HTTP 401; store a valid key"), ([403], "HTTP 403"), ([302], "HTTP 302"), ([500] * 6, "HTTP 500")],
)
def test_what_cannot_be_asked_is_one_line_without_the_key(
    account: Account, failures: list[int | None], says: str
) -> None:
    account.failures = failures
    with pytest.raises(ToolError, match=says) as error:
        list(account.stripe().charges(AT - LATE, AT + LATE))
    assert KEY not in str(error.value)


def test_an_object_of_the_live_mode_is_refused(account: Account) -> None:
    account.intents = [intent(1, livemode=True)]
    with pytest.raises(ToolError, match="live mode"):
        list(account.stripe().charges(AT - LATE, AT + LATE))


@pytest.mark.parametrize("key", ["", "sk_live_0123456789abcdef", "pk_test_0123456789abcdef", "sk_test_x", f"{KEY}\n"])
def test_a_key_that_is_none_of_the_test_mode_is_refused(key: str) -> None:
    with pytest.raises(ToolError, match="no key of Stripe's test mode") as error:
        Stripe(key)
    assert key == "" or key not in str(error.value)


def test_a_key_is_sent_to_stripe_or_this_machine_only() -> None:
    with pytest.raises(ToolError, match="a key is sent nowhere else"):
        Stripe(KEY, "https://api.stripe.example")
    assert KEY not in repr(Stripe(KEY))


class Secrets:
    """A client of Secrets Manager with one secret."""

    def __init__(self, value: str) -> None:
        self.value = value

    def get_secret_value(self, *, SecretId: str) -> dict[str, str]:  # noqa: N803 - as boto3 has it
        assert SecretId == "arn:secret"
        return {"SecretString": self.value}


@pytest.fixture
def world(account: Account, monkeypatch: pytest.MonkeyPatch) -> World:
    """A captured payment with a refund, made at Stripe, which has both."""
    made = World()
    paid = made.take("first")
    made.refund(paid, 10)
    payment = from_item(made.item(paid))
    step = next(step for step in payment.steps.values() if step.kind == "refund")
    made.item(paid).update({"gateway": {"S": "stripe"}, "gateway_reference": {"S": "pi_1"}})
    made.archive()
    metadata = {"payment_id": paid, "key": gateway_key(paid, "sale", "sale")}
    created = int(made.now.timestamp())
    account.intents = [intent(1, metadata=metadata, created=created)]
    account.refunds = [refund(1, 1, metadata={"key": gateway_key(paid, "refund", step.key)}, created=created)]
    made.outputs |= {"gateway_secret_arn": "arn:secret"}
    made.clients["secretsmanager"] = Secrets(KEY)
    monkeypatch.setenv(configured.STRIPE_BASE, account.base)
    return made


def test_ledger_and_stripe_agree(world: World) -> None:
    code, lines, _ = world.reconcile()
    assert (code, lines[-1]) == (0, "[green]ledger and archive agree about 1 payments, gateway stripe about 1[/green]")
    assert world.kinds(day="2026-11-23") == []


def test_a_difference_at_stripe_is_looked_up_and_named(world: World, account: Account) -> None:
    account.refunds[0]["amount"] = 11
    account.requests.clear()
    (found,) = world.differences()
    assert (found["kind"], found["values"]) == (
        "gateway differs",
        {"ledger": {"amount": 10}, "gateway": {"amount": 11}},
    )
    assert any(path.startswith("/v1/payment_intents/pi_1") for path in account.requests)


def test_a_payment_that_changed_since_it_was_read_is_not_compared_with_its_gateway(
    world: World, account: Account
) -> None:
    account.refunds.clear()
    read = world.database.get_item

    def later(**arguments: Any) -> dict[str, Any]:
        item = read(**arguments)["Item"]
        return {"Item": {**item, "version": {"N": str(int(item["version"]["N"]) + 1)}}}

    world.database.get_item = later  # type: ignore[method-assign]
    code, lines, _ = world.reconcile()
    assert code == 0
    assert "changed meanwhile: 1 payments are not compared with their gateway" in lines


def test_a_secret_without_a_key_of_the_test_mode_is_wrong_input(world: World) -> None:
    world.clients["secretsmanager"] = Secrets("sk_live_0123456789abcdef")
    with pytest.raises(ToolError, match="test mode"):
        world.reconcile()
