"""Reads Terraform's machine-readable output (`-json`): progress and errors.

developer.hashicorp.com/terraform/internals/machine-readable-ui
"""

from __future__ import annotations

import json
import re
import time
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Diagnostic:
    """An error or warning of Terraform. `address` is the resource's address, or "" if it is about none."""

    severity: str
    summary: str
    detail: str = ""
    address: str = ""

    def __str__(self) -> str:
        """Return one line: `aws_sqs_queue.x: summary: detail`."""
        parts = [self.address, *(" ".join(text.split()) for text in (self.summary, self.detail))]
        return ": ".join(part.rstrip(" .:") for part in parts if part)

    @classmethod
    def read(cls, event: dict[str, Any]) -> Diagnostic:
        given = event["diagnostic"]
        detail = given.get("detail", "").split("\n\nTo see which modules")[0]  # there is only one module
        return cls(given["severity"], given.get("summary", ""), detail, given.get("address", "") or "")


@dataclass
class Events:
    """The events of a run. `add_line` takes a line of output; `line` returns the progress as one line."""

    diagnostics: list[Diagnostic] = field(default_factory=list)
    changes: list[str] = field(default_factory=list)
    noise: list[str] = field(default_factory=list)
    message: str = ""
    total: int = 0
    done: int = 0
    running: dict[str, float] = field(default_factory=dict)
    read: int = 0

    def add_line(self, line: str) -> None:
        """Read one line of output. A line that is no event goes to `noise`, because errors may be plain text."""
        try:
            event = json.loads(line)
        except ValueError:
            event = None
        if not isinstance(event, dict):
            if line.strip():
                self.noise.append(line.strip())
            return
        kind = event.get("type", "")
        if kind == "diagnostic":
            self.diagnostics.append(Diagnostic.read(event))
        elif kind == "change_summary":
            counts = event["changes"]
            if counts["operation"] == "plan":
                self.total = counts["add"] + counts["change"] + counts["remove"]
            self.message = event["@message"]
        elif kind == "planned_change":
            change = event["change"]
            self.changes.append(f"{change['action']} {change['resource']['addr']}")
        elif kind in ("refresh_complete", "apply_start", "apply_complete", "apply_errored"):
            address = event["hook"]["resource"]["addr"]
            if not address.startswith("data."):
                self._resource(kind, address)
        elif kind in ("init_output", "log"):
            self.message = event["@message"].strip()

    def _resource(self, kind: str, address: str) -> None:
        if kind == "refresh_complete":
            self.read += 1
        elif kind == "apply_start":
            self.running[address] = time.monotonic()
        else:
            self.running.pop(address, None)
            self.done += kind == "apply_complete"

    @property
    def errors(self) -> list[Diagnostic]:
        return [item for item in self.diagnostics if item.severity == "error"]

    def line(self) -> str:
        """Return `12/58 aws_sqs_queue.x … 25 s (and 3 more)`: done/total, and the resource that takes longest."""
        if self.running:
            address = min(self.running, key=self.running.__getitem__)
            shown = re.sub(r"_[0-9A-F]{8}$", "", address)  # without the hash that CDKTF appends to names
            others = f" (and {len(self.running) - 1} more)" if len(self.running) > 1 else ""
            return f"{self.done}/{self.total} {shown} … {time.monotonic() - self.running[address]:.0f} s{others}"
        if self.done:
            return f"{self.done}/{self.total}"
        return f"{self.read} resources read" if self.read else self.message
