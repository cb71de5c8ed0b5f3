"""Writes benchmarks/RESULTS.md. Each command replaces its own sections."""

from __future__ import annotations

import platform
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from lib.environments import ROOT

FILE = ROOT / "benchmarks" / "RESULTS.md"
HEAD = "# Benchmarks\n"


def table(rows: Sequence[dict[str, str]]) -> list[str]:
    """Return the lines of a Markdown table; the keys of the first row are its head."""
    return [
        " | ".join(rows[0]),
        " | ".join("---" for _ in rows[0]),
        *(" | ".join(row.values()) for row in rows),
    ]


def write_section(title: str, command: str, lines: Sequence[str], file: Path = FILE) -> str:
    """Replace the section with this title, or append the section if there is none; return its text."""
    written = (
        f"Written by `{command}` on {datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}, "
        f"{platform.system()} {platform.machine()}."
    )
    section = "\n".join([f"## {title}", "", written, "", *lines]) + "\n"
    text = file.read_text() if file.is_file() else HEAD
    head, *sections = re.split(r"(?=^## )", text, flags=re.MULTILINE)
    titles = [re.match(r"## (.*)", one).group(1) for one in sections]  # type: ignore[union-attr]
    if title in titles:
        sections[titles.index(title)] = section
    else:
        sections.append(section)
    file.write_text("\n".join(part.rstrip() + "\n" for part in (head, *sections)))
    return section
