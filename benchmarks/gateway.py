"""A sale by our adapter for Stripe, compared with the same request by Stripe's own SDK.

Adapter and SDK run in turns, each in fresh processes, after the processor's imports and without bytecode, as in Lambda.
The server is on this machine and gives the same answer to every request. "Ready" is the time to import the code and to
create its client, without Secrets Manager's client. "CPU" is the CPU time of the process for one sale. All figures are
medians.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from benchmarks.package import SETTINGS
from lib import environments
from lib.environments import LAMBDA_DEPENDENCIES, ROOT, VENV_EMULATOR, VENV_LOCALSTRIPE, python_of
from lib.packaging import SOURCES

ROUNDS = 5
COUNT = 300
ANSWER = {
    "id": "pi_3MtwBwLkdIwHu7ix28a3tqPa",
    "object": "payment_intent",
    "amount": 4200,
    "currency": "eur",
    "created": 1795517488,
    "livemode": False,
    "metadata": {},
    "status": "succeeded",
    "latest_charge": {"id": "ch_3MtwBwLkdIwHu7ix28a3tqPa", "object": "charge", "payment_method_details": {"card": {}}},
}
# What the SDK adds to the zip; the rest of what it needs is there.
SDK = ("stripe", "requests", "certifi", "charset_normalizer", "idna")


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        body = json.dumps(ANSWER).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing."""


def measure() -> list[dict[str, str]]:
    """Return the rows of the results table: one for our adapter, one for the SDK."""
    environments.ensure("emulator", "lambda", "localstripe")
    (packages,) = (VENV_LOCALSTRIPE / "lib").glob("python*/site-packages")
    ready: dict[str, list[float]] = {"ours": [], "sdk": []}
    cpu: dict[str, list[float]] = {"ours": [], "sdk": []}
    with _server() as url:
        for number in range(ROUNDS + 1):
            for kind in ready:
                took = _run(kind, url, packages)
                if number:  # the first round fills the disk's cache
                    ready[kind].append(took["ready"])
                    cpu[kind].append(took["cpu"])
    size = {"ours": 0, "sdk": sum(_size(packages / name) for name in SDK)}
    names = {"ours": "ours, by urllib3", "sdk": "Stripe's SDK"}
    return [
        {
            "code": names[kind],
            "size added to the zip MB": f"{size[kind] / 1e6:.1f}",
            "ready ms": f"{statistics.median(ready[kind]) * 1000:.0f}",
            "CPU ms a sale": f"{statistics.median(cpu[kind]) * 1000:.2f}",
        }
        for kind in ready
    ]


def _run(kind: str, url: str, packages: Path) -> dict[str, float]:
    program = [python_of(VENV_EMULATOR), "-S", "-B", ROOT / "benchmarks" / "gateway_process.py"]
    done = subprocess.run(
        [*program, kind, url, str(COUNT), SOURCES, LAMBDA_DEPENDENCIES, packages],
        env={"PATH": os.environ["PATH"], **SETTINGS},
        capture_output=True,
        text=True,
        check=True,
    )
    took: dict[str, float] = json.loads(done.stdout)
    return took


@contextmanager
def _server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc")
