"""GitHub's REST API, as far as the workflows write to it: one comment on a pull request, one open issue of a kind.

A hidden marker in the first line of a body is how a later run finds what an earlier one wrote. Only what the workflows'
own bot wrote counts: anybody can write a comment with the same marker.
docs.github.com/rest/issues/comments, docs.github.com/rest/issues/issues
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import requests

from lib.console.text import one_line
from lib.errors import ToolError

BOT = "github-actions[bot]"
PAGE = 100
TIMEOUT_SECONDS = 30
HEADERS = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}


@dataclass(frozen=True)
class Repository:
    """`name`: owner/name. `api`: the URL of the API. `token`: that of the job."""

    name: str
    token: str
    api: str = "https://api.github.com"

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Repository:
        """GITHUB_REPOSITORY, GITHUB_TOKEN and GITHUB_API_URL, as GitHub sets them. Raises ToolError."""
        name, token = environ.get("GITHUB_REPOSITORY", ""), environ.get("GITHUB_TOKEN", "")
        if not re.fullmatch(r"[\w.-]+/[\w.-]+", name, re.ASCII):
            raise ToolError(f"GITHUB_REPOSITORY is {name!r}, which is no owner/name; run this in a GitHub workflow")
        if not token:
            raise ToolError("GITHUB_TOKEN is not set; give the step env: GITHUB_TOKEN: ${{ github.token }}")
        return cls(name, token, environ.get("GITHUB_API_URL") or cls.api)

    def put_comment(self, number: int, marker: str, body: str) -> str:
        """Update the comment with this marker on an issue or a pull request, or write it. Its URL."""
        for comment in self._all(f"issues/{number}/comments"):
            if _is_ours(comment, marker):
                return _url(self._ask("PATCH", f"issues/comments/{comment['id']}", {"body": body}))
        return _url(self._ask("POST", f"issues/{number}/comments", {"body": body}))

    def put_issue(self, marker: str, title: str, body: str) -> str:
        """Update the open issue with this marker, or open it; close what else is open with it. The issue's URL."""
        first, *others = self._issues(marker) or [None]
        for other in others:
            self._ask("PATCH", f"issues/{other['number']}", {"state": "closed", "state_reason": "not_planned"})
        if first is None:
            return _url(self._ask("POST", "issues", {"title": title, "body": body}))
        return _url(self._ask("PATCH", f"issues/{first['number']}", {"title": title, "body": body}))

    def close_issue(self, marker: str, comment: str) -> list[str]:
        """Close the open issues with this marker, each with a comment. Their URLs."""
        closed = []
        for issue in self._issues(marker):
            self._ask("POST", f"issues/{issue['number']}/comments", {"body": comment})
            closed.append(_url(self._ask("PATCH", f"issues/{issue['number']}", {"state": "closed"})))
        return closed

    def _issues(self, marker: str) -> list[Any]:
        """Open ones, the oldest first. The list has pull requests too."""
        found = self._all("issues", state="open", sort="created", direction="asc")
        return [issue for issue in found if "pull_request" not in issue and _is_ours(issue, marker)]

    def _all(self, path: str, **query: str) -> Iterator[Any]:
        page = 1
        while True:
            found = self._ask("GET", path, query={**query, "per_page": str(PAGE), "page": str(page)})
            yield from found
            if len(found) < PAGE:
                return
            page += 1

    def _ask(self, method: str, path: str, content: Any = None, query: Mapping[str, str] | None = None) -> Any:
        url = f"{self.api}/repos/{self.name}/{path}"
        headers = {**HEADERS, "Authorization": f"Bearer {self.token}"}
        try:
            answer = requests.request(
                method, url, json=content, params=query, headers=headers, timeout=TIMEOUT_SECONDS, allow_redirects=False
            )
            found = answer.json()
        except (requests.RequestException, ValueError) as error:
            reason = one_line(str(error))
            raise ToolError(f"GitHub did not answer {method} {path}: {reason}; run the job again") from error
        if answer.status_code not in (200, 201):
            message = one_line(str(found.get("message", ""))) if isinstance(found, dict) else ""
            raise ToolError(
                f"GitHub refused {method} {path}: {answer.status_code} {message}; "
                "check the permissions of the job in .github/workflows"
            )
        return found


def _is_ours(item: Mapping[str, Any], marker: str) -> bool:
    return str((item.get("user") or {}).get("login")) == BOT and str(item.get("body") or "").startswith(marker)


def _url(item: Mapping[str, Any]) -> str:
    return str(item.get("html_url", ""))
