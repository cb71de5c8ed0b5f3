"""Writes the reviewer's page beside the other reports."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lib.errors import ToolError
from lib.findings import origins
from lib.reports.report import Report
from lib.review.page import ReviewedStack, render

FILE = "report.html"


def write(report: Report, directory: Path, folder: Path, base: Mapping[str, Any] | None = None) -> None:
    """Write report.html with the access matrix of the report's stacks. Raises ToolError if it cannot be written."""
    files = [directory / name for name in sorted(report.files) if name.endswith(".tf.json")]
    stacks = [
        ReviewedStack(file.parent.name, json.loads(file.read_bytes()), origins.read(file.parent)) for file in files
    ]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / FILE).write_text(render(report, stacks, base), encoding="utf-8")
    except OSError as error:
        raise ToolError(
            f"{folder}: the page cannot be written ({error.strerror}); choose a folder with --reports"
        ) from error


def clear(folder: Path) -> None:
    """Remove an earlier run's page, so that nobody takes it for the page of a run that fails."""
    try:
        (folder / FILE).unlink(missing_ok=True)
    except OSError as error:
        raise ToolError(f"{folder / FILE}: cannot be removed ({error.strerror}); remove it") from error
