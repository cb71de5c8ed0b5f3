"""What the client of the deployed API sends: signed requests, and again those that the API throttles."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from botocore.credentials import Credentials

from lib.targets import backoff
from lib.targets.payments_client import PaymentsClient

Serve = Callable[..., PaymentsClient]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """A client of an API that answers one status after the other, and each request with its Authorization header."""
    servers: list[HTTPServer] = []

    def start(*statuses: int, patience: float = 60.0) -> PaymentsClient:
        left = list(statuses)

        class Api(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.answer()

            def do_POST(self) -> None:
                self.answer()

            def answer(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                body = str(self.headers.get("Authorization")).encode()
                self.send_response(left.pop(0))
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        server = HTTPServer(("127.0.0.1", 0), Api)
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url, credentials = f"http://127.0.0.1:{server.server_port}", Credentials("AKID", "secret")
        return PaymentsClient(url, "eu-west-1", credentials, "shop", through_proxies=False, patience=patience)

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def test_requests_are_signed_for_the_api_and_the_region_unless_told_otherwise(serve: Serve) -> None:
    client = serve(200, 200)
    signed = client.create({"amount": 1}, "k").body
    assert signed.startswith("AWS4-HMAC-SHA256 Credential=AKID/")
    assert "/eu-west-1/execute-api/aws4_request" in signed
    assert "idempotency-key" in signed, "the key is part of what is signed"
    assert client.create({"amount": 1}, "k", signed=False).body == "None"


def test_a_throttled_request_is_sent_again(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever it asks for: the API itself refused it, and no function has seen it."""
    monkeypatch.setattr(backoff, "LONGEST_WAIT_SECONDS", 0.0)
    client = serve(429, 429, 201, 429, 404)
    assert client.create({"amount": 1}, "k").status == 201
    assert client.read("pay_x").status == 404


def test_one_that_is_throttled_for_long_is_given_up(serve: Serve) -> None:
    assert serve(429, 200, patience=0).read("pay_x").status == 429
