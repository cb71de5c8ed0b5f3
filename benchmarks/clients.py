"""Sixteen clients on a bad network: they lose answers, hang up early, and repeat a request until they get an answer."""

from __future__ import annotations

import dataclasses
import random
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import requests

from lib.console.progress import Progress
from lib.errors import ToolError
from lib.targets.deployment import Deployment
from lib.targets.payments_client import Answer, PaymentsClient

CLIENTS = 16
CURRENCIES = ("EUR", "JPY", "KWD")
# Of the requests: answers that the client never sees, and clients that hang up before there is one.
LOST, IMPATIENT = 0.05, 0.05
IMPATIENCE_SECONDS = 0.02
# Of the payments: what the simulated gateway does with these tokens (lib/lambda/payments/simulated.py).
FAULTS = (
    ("tok_unknown_then_approved", 0.05),
    ("tok_unknown_then_declined", 0.02),
    ("tok_declined_insufficient_funds", 0.05),
    ("tok_refund_declined", 0.03),
)
PENDING, DECLINED = 202, 402
VERSIONS = 2  # of a step: its intent and its outcome
LETTERS = str.maketrans("0123456789", "ghijklmnop")
TRIES = 10

Send = Callable[[PaymentsClient], Answer]


@dataclass
class Taken:
    """A payment that was accepted, as its client believes it to be. `version` counts its changes from 1."""

    payment_id: str
    currency: str
    captured: int
    refunded: int = 0
    version: int = VERSIONS


@dataclass
class Load:
    """What the clients did and saw. `merchant` has no digits: many of them may look like a card number."""

    merchant: str
    payments: list[Taken] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)  # of each request that was answered
    elapsed: float = 0.0
    happened: Counter[str] = field(default_factory=Counter)

    @property
    def changes(self) -> int:
        """Of the ledger."""
        return sum(payment.version for payment in self.payments)


class Client:
    """One of the sixteen: it sends a request until it has an answer."""

    def __init__(self, api: PaymentsClient, load: Load, seed: int) -> None:
        self._api = api
        self._impatient = dataclasses.replace(api, timeout=IMPATIENCE_SECONDS)
        self._load = load
        self._chance = random.Random(seed)  # noqa: S311 - the same bad network in each run

    def pay(self, number: int) -> None:
        """One payment with all its steps. Raises ToolError for an answer that no retry makes right."""
        chance = self._chance
        token = next((token for token, share in FAULTS if chance.random() < share), f"tok_{number}")
        body = {
            "amount": chance.randint(1, 100_000),
            "currency": CURRENCIES[number % len(CURRENCIES)],
            "payment_token": token,
            "capture": chance.random() < 0.8,
        }
        key = str(uuid.uuid4())
        made = self._answered(lambda api: api.create(body, key))
        payment = Taken(made["payment_id"], str(body["currency"]), made.get("captured", 0))
        if made["status"] == "authorized":
            self._end_authorization(payment, made["amount"])
        while payment.captured > payment.refunded and chance.random() < 0.3:
            amount = chance.randint(1, payment.captured - payment.refunded)
            if self._step(payment, "refunds", {"amount": amount})["status"] != DECLINED:
                payment.refunded += amount
        self._load.payments.append(payment)

    def _end_authorization(self, payment: Taken, amount: int) -> None:
        match self._chance.choice(("capture", "capture a part", "void", "leave it")):
            case "capture":
                self._step(payment, "capture", None)
                payment.captured = amount
            case "capture a part":
                payment.captured = self._chance.randint(1, amount)
                self._step(payment, "capture", {"amount": payment.captured})
            case "void":
                self._step(payment, "void", None)

    def _step(self, payment: Taken, name: str, body: dict[str, int] | None) -> dict[str, Any]:
        key = str(uuid.uuid4())
        payment.version += VERSIONS
        return self._answered(lambda api: api.step(payment.payment_id, name, body, key))

    def _answered(self, send: Send) -> dict[str, Any]:
        happened = self._load.happened
        fault = self._chance.random()
        if fault < LOST:
            self._once(send, self._api)
            happened["answers lost"] += 1
        elif fault < LOST + IMPATIENT:
            self._once(send, self._impatient)
            happened["clients that hung up"] += 1
        for _ in range(TRIES):
            begin = time.perf_counter()
            answer = self._once(send, self._api)
            if answer is not None and answer.status in (200, 201, DECLINED):
                happened["declines"] += answer.status == DECLINED
                self._load.seconds.append(time.perf_counter() - begin)
                happened["requests answered"] += 1
                happened["of them replays"] += answer.headers.get("Idempotency-Replayed") == "true"
                body: dict[str, Any] = answer.body
                return body
            if answer is not None and answer.status == PENDING:
                happened["answered before the gateway was"] += 1
            elif answer is not None and answer.status < 500 and answer.status != 429:
                raise ToolError(f"the API answered {answer.status} to a payment that is in order: {answer.body}")
            happened["sent again"] += 1
        raise ToolError(f"the API did not take a payment within {TRIES} tries")

    @staticmethod
    def _once(send: Send, api: PaymentsClient) -> Answer | None:
        """None where no answer came."""
        try:
            return send(api)
        except requests.RequestException:
            return None


def drive(deployment: Deployment, count: int, progress: Progress) -> Load:
    """Have `count` payments taken. Raises ToolError where one was refused."""
    load = Load(merchant=f"load-{uuid.uuid4().hex.translate(LETTERS)}")
    numbers = iter(range(count))
    lock = threading.Lock()

    def client(seed: int) -> None:
        one = Client(deployment.payments.of(load.merchant), load, seed)
        while True:
            with lock:
                number = next(numbers, None)
            if number is None:
                return
            one.pay(number)
            step.update(f"{len(load.payments)} of {count}")

    with progress.step(f"{count} payments from {CLIENTS} clients") as step:
        begin = time.perf_counter()
        with ThreadPoolExecutor(CLIENTS) as pool:
            list(pool.map(client, range(CLIENTS)))
        load.elapsed = time.perf_counter() - begin
        step.result(f"{load.changes} changes of the ledger")
    return load
