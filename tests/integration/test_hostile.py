"""Card numbers in requests to the deployed API: they are refused or dropped, and written nowhere.

They are put wherever a request has room for one; then everything is read that the stack writes to, and none of them may
be there.
"""

from __future__ import annotations

import gzip
import itertools
import json
import random
import re
import time
import unicodedata
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

import pytest

from lib.console.polling import wait_for
from lib.environments import ROOT
from lib.targets.deployment import MERCHANT, Deployment
from lib.targets.pages import pages
from lib.targets.payments_client import Answer

from .payment_requests import Wish

pytestmark = pytest.mark.emulator_only("its refused requests raise the alarm on client errors")

SINK_SECONDS = 60.0
CANARIES = 200
# The first digits of test cards, and how long the networks' numbers are.
PREFIXES = {
    "400000": (16, 19),  # Visa; of 13 digits docs/payments.md says what is missed
    "424242": (16,),
    "222300": (16,),  # Mastercard
    "555555": (16,),
    "378282": (15,),  # American Express
    "601111": (16, 19),  # Discover
    "305693": (14, 16),  # Diners Club
    "356600": (16, 17, 18, 19),  # JCB
    "620000": (16, 17, 18, 19),  # UnionPay
    "676770": (15, 18, 19),  # Maestro
}


def luhn_completed(digits: str) -> str:
    """With the check digit of ISO/IEC 7812-1 behind them."""
    doubled = [int(digit) * (2 - position % 2) for position, digit in enumerate(reversed(digits))]
    return digits + str(-sum(value // 10 + value % 10 for value in doubled) % 10)


def card_numbers() -> Iterator[str]:
    """No end of them, the same in each run."""
    chance = random.Random(4)  # noqa: S311 - nobody is to be surprised by them
    for prefix, lengths in itertools.cycle(PREFIXES.items()):
        length = chance.choice(lengths)
        yield luhn_completed(prefix + "".join(chance.choices("0123456789", k=length - 1 - len(prefix))))


def no_card() -> str:
    """As long as most card numbers, with a check digit that is wrong, and new in each run."""
    start = f"99{uuid.uuid4().int % 10**13:013}"
    return start + str((int(luhn_completed(start)[-1]) + 1) % 10)


def in_digits_from(zero: int) -> Callable[[str], str]:
    return lambda number: number.translate({ord("0") + value: zero + value for value in range(10)})


def parted_by(separator: str) -> Callable[[str], str]:
    return lambda number: separator.join(number[begin : begin + 4] for begin in range(0, len(number), 4))


PLAIN = {"plain": str}
TOKENS = {**PLAIN, "dashed": parted_by("-"), "dotted": parted_by(".")}
ASCII = {**TOKENS, "spaced": parted_by(" "), "in a sentence": lambda number: f"pay with {number}, please"}


FORMS: dict[str, Callable[[str], str]] = {
    **ASCII,
    "full-width digits": in_digits_from(ord("\N{FULLWIDTH DIGIT ZERO}")),
    "Arabic digits": in_digits_from(ord("\N{ARABIC-INDIC DIGIT ZERO}")),
    "bold digits": in_digits_from(ord("\N{MATHEMATICAL BOLD DIGIT ZERO}")),
    "parted by spaces that do not break": parted_by("\N{NO-BREAK SPACE}"),
    "parted by what nobody sees": parted_by("\N{ZERO WIDTH SPACE}"),
    "parted by wide dashes": parted_by("\N{EM DASH}"),
}


PAYMENTS = f"/merchants/{MERCHANT}/payments"


@dataclass(frozen=True)
class Request:
    method: str = "POST"
    path: str = PAYMENTS
    body: Any = None
    headers: tuple[tuple[str, str], ...] = ()
    query: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Place:
    """Where a card number can stand in a request: how it is put there, in which forms, what it is answered."""

    put: Callable[[str], Request]
    forms: dict[str, Callable[[str], str]]
    status: int = 400


def places(wish: Wish, payment_id: str) -> dict[str, Place]:
    """Every one that a request has. What would be stored is refused; the rest is neither stored nor logged."""
    here = f"{PAYMENTS}/{payment_id}"

    def anywhere(put: Callable[[str], Request], status: int = 400) -> Place:
        return Place(put, FORMS, status)

    def header(name: str) -> Place:
        return Place(lambda text: Request(body=wish(), headers=((name, text),)), ASCII, 201)

    def query(text: str, name: str) -> Request:
        return Request("GET", query=((name, text),))

    stored = {
        "the merchant": anywhere(lambda text: Request(path=f"/merchants/{quote(text, safe='')}/payments", body=wish())),
        "payment_token": anywhere(lambda text: Request(body=wish(payment_token=text))),
        "customer_id": anywhere(lambda text: Request(body=wish(customer_id=text))),
        "currency": anywhere(lambda text: Request(body=wish(currency=text))),
        "capture": anywhere(lambda text: Request(body=wish(capture=text))),
        "amount as text": anywhere(lambda text: Request(body=wish(amount=text))),
        "amount": Place(lambda text: Request(body=wish(amount=int(text))), PLAIN),
        "a negative amount": Place(lambda text: Request(body=wish(amount=-int(text))), PLAIN),
        "a value of metadata": anywhere(lambda text: Request(body=wish(metadata={"order": text}))),
        "a key of metadata": anywhere(lambda text: Request(body=wish(metadata={text: "17"}))),
        "deep in metadata": anywhere(lambda text: Request(body=wish(metadata={"a": {"b": [1, {"c": text}]}}))),
        "a number in metadata": Place(lambda text: Request(body=wish(metadata={"a": [int(text)]})), PLAIN),
        "an unknown field": anywhere(lambda text: Request(body=wish(card={"number": text}))),
        "an unknown field's name": anywhere(lambda text: Request(body=wish(**{text: True}))),
        "a body that is text": anywhere(lambda text: Request(body=f'"{text}"')),
        "a body that is no JSON": anywhere(lambda text: Request(body=f"pan={text}&cvv=123")),
        "a body that breaks off": anywhere(lambda text: Request(body=f'{{"payment_token": "{text}')),
        "a body of a GET": anywhere(lambda text: Request("GET", here, {"card": text})),
        "a capture": anywhere(lambda text: Request(path=f"{here}/capture", body={"amount": text})),
        "a refund": anywhere(lambda text: Request(path=f"{here}/refunds", body={"amount": 1, "reason": text})),
        "a refund's amount": Place(lambda text: Request(path=f"{here}/refunds", body={"amount": int(text)}), PLAIN),
        "a void": anywhere(lambda text: Request(path=f"{here}/void", body={"why": text})),
    }
    not_stored = {
        "a cursor": anywhere(lambda text: query(text, "cursor")),
        "a time": anywhere(lambda text: query(text, "from")),
        "a query's name": anywhere(lambda text: query("1", text)),
        "a query where none belongs": anywhere(lambda text: Request(body=wish(), query=(("q", text),))),
        "a path": anywhere(lambda text: Request("GET", f"{PAYMENTS}/{quote(text, safe='')}"), 404),
        "a path quoted twice": anywhere(lambda text: Request("GET", f"{PAYMENTS}/{quote(quote(text, safe=''))}"), 404),
        "a step's path": anywhere(lambda text: Request(path=f"{PAYMENTS}/{quote(text, safe='')}/void"), 404),
        "a path that is no route": anywhere(lambda text: Request("GET", f"/cards/{quote(text, safe='')}"), 404),
        "a header": header("x-order-reference"),
        "the user agent": header("user-agent"),
        "the referer": header("referer"),
        "a cookie": header("cookie"),
        "the forwarding header": header("x-forwarded-for"),
        "a header's name": Place(lambda text: Request(body=wish(), headers=((f"x-{text}", "1"),)), TOKENS, 201),
        "the idempotency key": Place(
            lambda text: Request(body=wish(), headers=(("idempotency-key", text),)), TOKENS, 201
        ),
    }
    return {**stored, **not_stored}


def send(deployment: Deployment, request: Request, key: str) -> Answer:
    headers = {"content-type": "application/json", "idempotency-key": key, **dict(request.headers)}
    body = request.body if isinstance(request.body, str) else json.dumps(request.body) if request.body else ""
    return deployment.payments.call(request.method, request.path, headers, body, query=dict(request.query))


@pytest.mark.timeout(900)
def test_card_numbers_are_refused_and_nowhere_to_be_found(
    deployment: Deployment,
    wish: Wish,
    key: str,
    inbox: str,
    outputs: dict[str, str],
    suffix: str,
) -> None:
    """Beside them goes a number that is no card's, which must be found in each sink: the search can find."""
    begin = time.time()
    payment_id = deployment.payments.create(wish(capture=False), f"{key}-first").body["payment_id"]
    numbers = list(itertools.islice(card_numbers(), CANARIES))
    turns = {name: (place, itertools.cycle(place.forms.items())) for name, place in places(wish, payment_id).items()}
    assert f"{CANARIES} card numbers in {len(turns)} places" in (ROOT / "README.md").read_text()
    wrong = []
    for index, (number, (name, (place, forms))) in enumerate(
        zip(numbers, itertools.cycle(turns.items()), strict=False)
    ):
        form, write = next(forms)
        answer = send(deployment, place.put(write(number)), f"{key}-{index}")
        if answer.status != place.status or number in digits(f"{answer.headers} {answer.body}"):
            wrong.append((name, form, number, answer.status, answer.body))
    assert wrong == []

    marker = no_card()
    control = wish(metadata={"order": FORMS["full-width digits"](parted_by("-")(marker))})
    assert deployment.payments.of(f"shop-{marker}").create(control, f"{key}-control").status == 201
    deployment.client("sns").publish(TopicArn=outputs["alerts_topic_arn"], Message=f"control {marker}")
    sinks: dict[str, Callable[[], Iterable[str]]] = {
        "table": lambda: items(deployment),
        "buckets": lambda: objects(deployment, suffix, begin),
        "logs": lambda: log_lines(deployment, suffix, begin),
        "queues, one of which has the topic's": lambda: messages(deployment, suffix),
    }
    found = {
        sink: wait_for(
            f"the control in the {sink}", lambda read=read: holding(marker, read()), SINK_SECONDS, interval=1
        )
        for sink, read in sinks.items()
    }
    assert [(sink, number) for sink, text in found.items() for number in numbers if number in text] == []
    assert inbox.endswith(f"-{suffix}"), "the topic's queue was among those that were read"


def holding(marker: str, lines: Iterable[str]) -> str | None:
    """The digits of a sink, once the marker is among them."""
    found = digits("\n".join(lines))
    return found if marker in found else None


def digits(text: str) -> str:
    """The digits of a text and nothing else, however they are written: quoted, escaped, parted, in any script."""
    unescaped = re.sub(r"\\u([0-9a-fA-F]{4})", lambda escape: chr(int(escape[1], 16)), unquote(text))
    whole = unescaped.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return "".join(str(unicodedata.digit(sign)) for sign in re.findall(r"\d", unicodedata.normalize("NFKC", whole)))


def items(deployment: Deployment) -> Iterator[str]:
    table = deployment.outputs["transactions_table_name"]
    for item in pages(deployment.client("dynamodb"), "scan", "Items", TableName=table, ConsistentRead=True):
        yield json.dumps(item)


def objects(deployment: Deployment, suffix: str, begin: float) -> Iterator[str]:
    """Since then, of every bucket: keys, metadata and contents, of versions that are no longer the newest too."""
    client = deployment.client("s3")
    for bucket in pages(client, "list_buckets", "Buckets"):
        if not bucket["Name"].endswith(f"-{suffix}"):
            continue
        for version in pages(client, "list_object_versions", "Versions", Bucket=bucket["Name"]):
            if version["LastModified"].timestamp() < begin - 1:  # it has whole seconds
                continue
            where = {"Bucket": bucket["Name"], "Key": version["Key"], "VersionId": version["VersionId"]}
            found = client.get_object(**where)
            content = found["Body"].read()
            content = gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content
            yield f"{version['Key']} {found['Metadata']} {content.decode(errors='replace')}"


def log_lines(deployment: Deployment, suffix: str, begin: float) -> Iterator[str]:
    """Since then, of every group. The emulator answers ten thousand at most, and has no next page."""
    client, start = deployment.client("logs"), int(begin * 1000)
    for groups in client.get_paginator("describe_log_groups").paginate():
        for group in groups["logGroups"]:
            if not group["logGroupName"].endswith(f"-{suffix}"):
                continue
            for page in client.get_paginator("filter_log_events").paginate(
                logGroupName=group["logGroupName"], startTime=start
            ):
                yield from (event["message"] for event in page["events"])


def messages(deployment: Deployment, suffix: str) -> Iterator[str]:
    """Read, and left where they are."""
    client, seen = deployment.client("sqs"), set()
    for url in pages(client, "list_queues", "QueueUrls", MaxResults=1000):
        while url.endswith(f"-{suffix}"):
            answer = client.receive_message(
                QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0, WaitTimeSeconds=1
            )
            new = [message for message in answer.get("Messages", []) if message["MessageId"] not in seen]
            if not new:
                break
            seen |= {message["MessageId"] for message in new}
            yield from (json.dumps(message) for message in new)
