"""The drift issue. The nightly workflow opens it on the first drift, updates it, and closes it when drift is gone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from lib.delivery.github import Repository
from lib.errors import ToolError
from lib.review.code_spans import code, table

MARKER = "<!-- payments-infrastructure: drift -->"
ROWS = 80  # keeps the body below GitHub's limit of 65,536 characters, even with the longest cells


def publish(repository: Repository, file: Path, run: str) -> str:
    """Open, update or close the issue, and return one line that says which of these was done.

    `file`: the JSON that `make drift JSON=1` printed; `run`: the URL of the workflow run.
    """
    drift = _read(file)
    if not drift["drift"]:
        closed = repository.close_issue(MARKER, f"There is no drift any more: [run]({run}).")
        return f"no drift; closed {', '.join(closed)}" if closed else "no drift, and no open issue about it"
    title = f"Drift: {len(drift['drift'])} manual changes of the deployed stack"
    return f"drift; {repository.put_issue(MARKER, title, body(drift, run))}"


def body(drift: dict[str, Any], run: str) -> str:
    """Return the issue's text. Like the output of `make drift`, it contains the changed values."""
    changes = drift["drift"]
    return "\n".join(
        [
            MARKER,
            f"`make drift` found {len(changes)} manual changes on {code(drift['target'])} ([run]({run})).",
            "",
            *table(("Violated rule", "Change"), changes, _change, ROWS),
            "What to do: docs/drift.md. This issue is updated every night, and closed when there is no drift.",
        ]
    )


def _change(item: dict[str, Any]) -> tuple[str, str]:
    return code(", ".join(item["rules"]) or "no rule"), code(item["text"], 400)


def _read(file: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(file.read_bytes())
        _ = found["drift"], found["target"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ToolError(f"{file}: is not the JSON of make drift ({error}); run make drift-report first") from error
    return found
