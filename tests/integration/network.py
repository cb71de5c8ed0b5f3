"""A network that can be cut: a port that forwards everything to another one, until it is closed."""

from __future__ import annotations

import contextlib
import re
import socket
import socketserver
import threading
from collections.abc import Callable


class Wire:
    """From a port of its own to `target`, one on 127.0.0.1 too. `cut` closes it, `mend` opens it again.

    `cut_at` closes it as soon as a request matches, before that request is forwarded.
    """

    def __init__(self, target: int) -> None:
        self.target = target
        self.port = 0
        self._server: socketserver.ThreadingTCPServer | None = None
        self._open: list[socket.socket] = []
        self._cut_at: re.Pattern[bytes] | None = None

    def cut_at(self, request_line: bytes) -> None:
        self._cut_at = re.compile(request_line)

    def mend(self) -> None:
        wire = self

        class Connection(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                with socket.create_connection(("127.0.0.1", wire.target)) as there:
                    wire._open += [self.connection, there]
                    answers = threading.Thread(target=_pump, args=(there, self.connection), daemon=True)
                    answers.start()
                    _pump(self.connection, there, wire._cuts)
                    answers.join()

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True

        self._cut_at = None
        self._server = Server(("127.0.0.1", self.port), Connection)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def cut(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.socket.close()
            self._server = None
        for end in self._open:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        self._open.clear()

    def _cuts(self, data: bytes) -> bool:
        if self._cut_at is None or not self._cut_at.match(data):
            return False
        self.cut()
        return True

    def __enter__(self) -> Wire:
        self.mend()
        return self

    def __exit__(self, *_: object) -> None:
        self.cut()


def _pump(source: socket.socket, sink: socket.socket, stops: Callable[[bytes], bool] = lambda _: False) -> None:
    with contextlib.suppress(OSError):
        while (data := source.recv(65536)) and not stops(data):
            sink.sendall(data)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
