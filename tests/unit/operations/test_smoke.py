"""How `make smoke` waits where the API asks for it. That it pays and refunds, a deployed stack shows."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from botocore.credentials import Credentials

from lib.operations import smoke
from lib.operations.deployed import Deployed
from lib.operations.smoke import Smoke, letters
from lib.targets import backoff
from lib.targets.payments_client import PaymentsClient
from tests.silent_progress import SilentProgress

Serve = Callable[..., tuple[PaymentsClient, list[tuple[str, str]]]]
PAYMENT = {"payment_id": "pay_x", "status": "captured", "created_at": "2026-11-24T08:00:00Z"}


@pytest.fixture
def serve() -> Iterator[Serve]:
    """An API that answers one status after the other: its client, and the (path, idempotency key) of each request."""
    servers: list[HTTPServer] = []

    def start(*statuses: int) -> tuple[PaymentsClient, list[tuple[str, str]]]:
        requests: list[tuple[str, str]] = []
        left = list(statuses)

        class Api(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                requests.append((self.path, self.headers["Idempotency-Key"]))
                self.rfile.read(int(self.headers["Content-Length"]))
                body = json.dumps(PAYMENT).encode()
                self.send_response(left.pop(0))
                self.send_header("Retry-After", "0")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        server = HTTPServer(("127.0.0.1", 0), Api)
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        return PaymentsClient(url, "eu-west-1", Credentials("a", "b"), "shop", through_proxies=False), requests

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backoff, "LONGEST_WAIT_SECONDS", 0.0)


def run(api: PaymentsClient, progress: SilentProgress) -> int:
    """Nothing is archived: the bucket stays empty."""

    class Empty:
        exceptions = type("", (), {"NoSuchKey": KeyError})

        def get_paginator(self, _: str) -> Any:
            return type("", (), {"paginate": lambda *_, **__: iter(())})()

    stack = Deployed("a test", {"audit_bucket_name": "b", "gateway_secret_arn": ""}, lambda _: Empty(), api.of)
    return Smoke(stack, progress, archive_seconds=0).run()


@pytest.mark.usefixtures("no_waiting")
def test_a_throttled_request_is_sent_again_with_its_key(serve: Serve) -> None:
    api, requests = serve(429, 202, 201, 429, 201)
    progress = SilentProgress()
    assert run(api, progress) == 1, "nothing is archived"
    payments, refunds = requests[:3], requests[3:]
    assert len(set(payments)) == len(set(refunds)) == 1, "so that each has one effect"
    assert payments[0][0].startswith("/merchants/smoke-")
    assert refunds[0][0] == f"{payments[0][0]}/pay_x/refunds"


def test_a_payment_that_is_not_archived_is_refunded(serve: Serve) -> None:
    api, requests = serve(201, 201)
    progress = SilentProgress()
    assert run(api, progress) == 1
    assert [path.rpartition("/")[2] for path, _ in requests] == ["payments", "refunds"]
    assert "the audit record of version 2 of pay_x did not come" in progress.lines[-1]


def test_a_payment_that_is_refused_is_named_and_nothing_is_refunded(serve: Serve) -> None:
    api, requests = serve(500)
    progress = SilentProgress()
    assert run(api, progress) == 1
    assert progress.lines[-1].startswith("[red]smoke failed[/red]  POST /merchants/smoke-")
    assert len(requests) == 1


def test_a_refund_that_fails_says_how_to_refund_by_hand(serve: Serve) -> None:
    api, requests = serve(201, 500)
    progress = SilentProgress()
    assert run(api, progress) == 1
    assert f"with the Idempotency-Key {requests[1][1]}" in progress.lines[-1]


def test_an_api_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smoke, "GIVE_UP_SECONDS", 0.0)
    api = PaymentsClient("http://127.0.0.1:9", "eu-west-1", Credentials("a", "b"), "shop", through_proxies=False)
    progress = SilentProgress()
    assert run(api, progress) == 1
    assert "smoke failed" in progress.lines[-1]


def test_a_name_has_no_digit_that_could_be_a_card_numbers() -> None:
    assert letters().isalpha()
    assert letters() != letters()
