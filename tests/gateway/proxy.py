"""What stands between the adapter and localstripe: Stripe's keys, its rules for idempotency, and faults on demand.

docs.stripe.com/api/idempotent_requests: the first answer to a key is kept, errors of the server included, and given
again for at least 24 hours; the same key with other parameters is an error; while the first request is under way, 409.
Nothing is kept where the work did not begin: wrong parameters (400 that names one), 401, 409, 429.
"""

from __future__ import annotations

import base64
import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from .localstripe import Body, Fields, LocalStripe

KEY = "sk_test_51ProxyOfTheGatewayTests"


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one request. `effect`: Stripe does what it is asked to, whatever it answers."""

    effect: bool = True
    status: int | None = None  # in the place of the true answer
    lost: bool = False  # the connection is closed in the place of an answer
    wait: float = 0  # seconds before the answer
    rewrite: Callable[[Body], object] | None = None  # changes the true answer
    garbled: bytes | None = None  # arrives in its place, with status 200


ANSWER_LOST = Fault(lost=True)
CONNECTION_CLOSED = Fault(effect=False, lost=True)
ERROR_AFTER_EFFECT = Fault(status=500)
ERROR_WITHOUT_EFFECT = Fault(effect=False, status=500)
RATE_LIMITED = Fault(effect=False, status=429)
CONFLICT = Fault(effect=False, status=409)


@dataclass(frozen=True)
class Received:
    method: str
    path: str
    fields: Fields
    key: str | None
    authorization: str
    version: str | None


class Proxy:
    """Listens on 127.0.0.1 while it is a context. `faults`: (part of a path, fault), each for the next such request."""

    def __init__(self, upstream: LocalStripe) -> None:
        self.upstream = upstream
        self.key = KEY
        self.faults: list[tuple[str, Fault]] = []
        self.received: list[Received] = []
        self.search_is_late = False
        self._kept: dict[str, tuple[Any, int, bytes]] = {}
        self._under_way: set[str] = set()
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._server: ThreadingHTTPServer | None = None
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def fail(self, fault: Fault, path: str = "") -> None:
        """The next POST whose path contains `path`; for any request with a path that begins with GET."""
        self.faults.append((path, fault))

    def forget_keys(self) -> None:
        """What Stripe may do after 24 hours."""
        self._kept.clear()

    @contextlib.contextmanager
    def down(self) -> Iterator[None]:
        """Nobody listens."""
        self._stop()
        try:
            yield
        finally:
            self._start()

    def __enter__(self) -> Proxy:
        self._start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._stop()

    def _start(self) -> None:
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # else each answer waits 40 ms for an acknowledgement of its headers

            def do_GET(self) -> None:
                proxy._handle(self, dict(parse_qsl(urlsplit(self.path).query)))

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                proxy._handle(self, dict(parse_qsl(body.decode())))

            def log_message(self, *_: object) -> None:
                """Nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def _stop(self) -> None:
        assert self._server is not None
        self._server.shutdown()
        self._server.server_close()

    def _handle(self, handler: BaseHTTPRequestHandler, fields: Fields) -> None:
        path = urlsplit(handler.path).path
        headers = handler.headers
        request = Received(
            handler.command,
            path,
            fields,
            headers.get("Idempotency-Key"),
            headers.get("Authorization", ""),
            headers.get("Stripe-Version"),
        )
        self.received.append(request)
        fault = self._fault(handler.command, path)
        handler.close_connection = fault.lost
        if fault.lost and not fault.effect:
            return
        status, body, replayed = self._answer(request, fault)
        self._closing.wait(fault.wait)
        if fault.lost:
            return
        if fault.garbled is not None:
            status, body = 200, fault.garbled
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # who asked has given up
            handler.send_response(status)
            handler.send_header("Content-Type", "application/json")
            handler.send_header("Content-Length", str(len(body)))
            handler.send_header("Request-Id", "req_proxy")
            if replayed:
                handler.send_header("Idempotent-Replayed", "true")
            handler.end_headers()
            handler.wfile.write(body)

    def _fault(self, method: str, path: str) -> Fault:
        with self._lock:
            for number, (part, fault) in enumerate(self.faults):
                if part in f"{method} {path}" and (method == "POST" or part.startswith("GET")):
                    del self.faults[number]
                    return fault
        return Fault()

    def _answer(self, request: Received, fault: Fault) -> tuple[int, bytes, bool]:
        """Status, body, and whether it is the answer that the key keeps."""
        user, _, _ = base64.b64decode(request.authorization.removeprefix("Basic ")).decode().partition(":")
        if user != self.key:  # Stripe's message repeats most of the key
            return 401, _error("invalid_request_error", message=f"Invalid API Key provided: {user}"), False
        key = request.key
        if key is None:
            return *self._first(request, fault), False
        parameters = (request.path, request.fields)
        with self._lock:
            if key in self._under_way:
                return 409, _error("idempotency_error", code="idempotency_key_in_use"), False
            if key in self._kept:
                first, status, body = self._kept[key]
                if first != parameters:
                    return 400, _error("idempotency_error"), False
                return status, body, True
            self._under_way.add(key)
        try:
            status, body = self._first(request, fault)
            if fault.status in (None, 500) and not (status == 400 and b'"param"' in body):
                self._kept[key] = parameters, status, body
        finally:
            self._under_way.discard(key)
        return status, body, False

    def _first(self, request: Received, fault: Fault) -> tuple[int, bytes]:
        status, body = 500, {"error": {"type": "api_error"}}
        if request.path.endswith("/search") and self.search_is_late:
            status, body = 200, {"data": [], "has_more": False}
        elif fault.effect:
            status, body = self.upstream.answer(request.method, request.path, dict(request.fields))
        if fault.rewrite:
            fault.rewrite(body)
        if fault.status is not None:
            return fault.status, _error("api_error")
        return status, json.dumps(body).encode()


def _error(kind: str, **members: str) -> bytes:
    return json.dumps({"error": {"type": kind, **members}}).encode()
