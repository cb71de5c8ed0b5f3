"""X-Ray's daemon, as far as a test needs it: takes the segments that the functions send, and keeps them.

docs.aws.amazon.com/xray/latest/devguide/xray-api-sendingdata.html#xray-api-daemon
"""

from __future__ import annotations

import json
import socketserver
import threading
from typing import Any

HOST = "127.0.0.1"


class _Server(socketserver.UDPServer):
    max_packet_size = 65_535  # a datagram's largest; the class's own would cut segments short

    def __init__(self) -> None:
        super().__init__((HOST, 0), _Handler)
        self.received: list[str] = []


class _Handler(socketserver.BaseRequestHandler):
    server: _Server

    def handle(self) -> None:
        datagram, _ = self.request
        self.server.received.append(datagram.decode())


class Daemon:
    """Use as a context. `address` is for AWS_XRAY_DAEMON_ADDRESS."""

    def __init__(self) -> None:
        self._server = _Server()
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        host, port = self._server.socket.getsockname()
        self.address = f"{host}:{port}"

    def __enter__(self) -> Daemon:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def received(self) -> list[str]:
        """All that came, as it came."""
        return list(self._server.received)

    @property
    def segments(self) -> list[dict[str, Any]]:
        """Segments and subsegments, in the order in which they came; a header goes before each document."""
        return [json.loads(datagram.split("\n", 1)[1]) for datagram in self.received]
