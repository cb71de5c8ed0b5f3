"""`make audit` tells a clean audit, a vulnerability and a database that cannot be asked apart."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from .conftest import Run

pytestmark = pytest.mark.slow
COMMAND = ("-m", "lib.dependencies", "audit", "lambda", "localstripe", "--osv-url")


def advisory(name: str, fixed: str) -> dict[str, Any]:
    """In OSV's schema, https://ossf.github.io/osv-schema/."""
    package = {"name": name, "ecosystem": "PyPI"}
    events = [{"introduced": "0"}, {"fixed": fixed}]
    return {
        "id": "PYSEC-2026-1",
        "summary": "a fault",
        "affected": [{"package": package, "ranges": [{"type": "ECOSYSTEM", "events": events}]}],
    }


@contextmanager
def osv(advisories: dict[str, dict[str, Any]]) -> Iterator[tuple[str, set[str]]]:
    """A server of OSV's API: its URL, and the names of the packages that it has been asked for."""
    asked: set[str] = set()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            name = query["package"]["name"]
            asked.add(name)
            body = json.dumps({"vulns": [advisories[name]]} if name in advisories else {}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/v1/query", asked
        finally:
            server.shutdown()
            thread.join()


def test_the_packages_are_asked_for_and_a_clean_answer_is_0(run: Run) -> None:
    with osv({}) as (url, asked):
        done = run(*COMMAND, url)
    assert (done.returncode, done.stdout, done.stderr) == (0, "no known vulnerability\n", "")
    assert {"boto3", "six", "urllib3", "localstripe", "aiohttp"} <= asked


def test_a_vulnerability_is_named_with_its_lock_and_the_fix(run: Run) -> None:
    with osv({"localstripe": advisory("localstripe", "99.0")}) as (url, _):
        done = run(*COMMAND, url)
    assert done.returncode == 1
    assert done.stdout.startswith("PYSEC-2026-1 localstripe ")
    assert "(localstripe); fixed in 99.0. Fix: make lock;" in done.stdout


def test_a_database_that_cannot_be_asked_is_2_and_never_clean(run: Run) -> None:
    done = run(*COMMAND, "http://127.0.0.1:9/v1/query")
    assert (done.returncode, done.stdout) == (2, "")
    assert "could not ask http://127.0.0.1:9/v1/query" in done.stderr
    assert "OSV_URL=" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_lock_that_does_not_exist_is_wrong_input(run: Run) -> None:
    done = run("-m", "lib.dependencies", "audit", "lamda")
    assert (done.returncode, done.stdout) == (2, "")
    assert "there is no lock lamda; the locks are browser, checkov" in done.stderr
