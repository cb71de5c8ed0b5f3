"""Writes a report in all formats."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from lib.environments import ROOT
from lib.errors import ToolError
from lib.reports import json_form, junit, markdown, sarif
from lib.reports.report import Report

DEFAULT = ROOT / "reports"
FORMS: dict[str, Callable[[Report], str]] = {
    "report.json": json_form.text,
    "report.xml": junit.text,
    "report.md": markdown.text,
    "report.sarif": sarif.text,
}


def clear(folder: Path) -> None:
    """Remove an earlier run's reports, so that nobody takes them for those of a run that fails."""
    try:
        for name in FORMS:
            (folder / name).unlink(missing_ok=True)
    except OSError as error:
        raise ToolError(f"{folder}: an earlier report cannot be removed ({error.strerror}); remove it") from error


def write(report: Report, folder: Path) -> None:
    """Write the report in all four formats. Raises ToolError if the folder is not writable."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in FORMS.items():
            (folder / name).write_text(text(report), encoding="utf-8")
    except OSError as error:
        raise ToolError(
            f"{folder}: the reports cannot be written ({error.strerror}); choose a folder with --reports"
        ) from error
