"""A GitHub that keeps comments and issues in memory and is asked over HTTP, as the real one is."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

BOT = "github-actions[bot]"


class GitHub:
    """The issues and comments of the repository acme/payments."""

    def __init__(self) -> None:
        self.comments: list[dict[str, Any]] = []
        self.issues: list[dict[str, Any]] = []
        self.status: int | None = None  # an answer to everything
        self.url = ""

    def comment(self, issue: int, body: str, login: str = BOT) -> dict[str, Any]:
        number = len(self.comments) + 1
        made = {"id": number, "issue": issue, "body": body, "user": {"login": login}, "html_url": f"comment-{number}"}
        self.comments.append(made)
        return made

    def issue(self, title: str, body: str, login: str = BOT, **more: Any) -> dict[str, Any]:
        number = len(self.issues) + 1
        made = {"number": number, "title": title, "body": body, "state": "open", "user": {"login": login}}
        self.issues.append({**made, "html_url": f"issue-{number}", **more})
        return self.issues[-1]

    def open_issues(self) -> list[dict[str, Any]]:
        return [issue for issue in self.issues if issue["state"] == "open"]

    def answer(self, method: str, parts: list[str], query: dict[str, str], content: Any) -> tuple[int, Any]:
        if self.status:
            return self.status, {"message": "Resource not accessible by integration"}
        match method, parts:
            case "GET", ["issues", number, "comments"]:
                return 200, _page([item for item in self.comments if item["issue"] == int(number)], query)
            case "POST", ["issues", number, "comments"]:
                return 201, self.comment(int(number), content["body"])
            case "PATCH", ["issues", "comments", number]:
                self.comments[int(number) - 1].update(content)
                return 200, self.comments[int(number) - 1]
            case "GET", ["issues"]:
                return 200, _page(self.open_issues(), query)
            case "POST", ["issues"]:
                return 201, self.issue(**content)
            case "PATCH", ["issues", number]:
                self.issues[int(number) - 1].update(content)
                return 200, self.issues[int(number) - 1]
        return 404, {"message": "Not Found"}


def _page(items: list[Any], query: dict[str, str]) -> list[Any]:
    size, page = int(query["per_page"]), int(query["page"])
    return items[(page - 1) * size : page * size]


@contextmanager
def serving(github: GitHub) -> Iterator[GitHub]:
    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            url = urlsplit(self.path)
            parts = url.path.strip("/").split("/")
            size = int(self.headers.get("Content-Length") or 0)
            content = json.loads(self.rfile.read(size)) if size else None
            query = {name: values[0] for name, values in parse_qs(url.query).items()}
            status, answer = 401, {"message": "Bad credentials"}
            if self.headers["Authorization"] == "Bearer a-token" and parts[:3] == ["repos", "acme", "payments"]:
                status, answer = github.answer(self.command, parts[3:], query, content)
            text = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = do_PATCH = _answer  # noqa: N815 - as http.server names them

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        github.url = f"http://127.0.0.1:{server.server_port}"
        yield github
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
