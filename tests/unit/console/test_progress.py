"""Progress: one line of how far it is; what a log gets of it where no line can move."""

from __future__ import annotations

import io
import json

import pytest
from rich.console import Console

from lib.console import progress
from lib.console.progress import ConsoleProgress
from lib.terraform.events import Diagnostic, Events


def event(kind: str, address: str) -> str:
    return json.dumps({"type": kind, "@message": "", "hook": {"resource": {"addr": address}}})


def test_a_line_says_how_far_it_is_and_what_takes_longest() -> None:
    events = Events(total=58)
    events.add_line(event("apply_start", "aws_sqs_queue.dead_letters_queue_E372979C"))
    events.add_line(event("apply_start", "aws_kms_key.encryption_key_EEB70057"))
    events.add_line(event("apply_start", "aws_sns_topic.t"))
    events.add_line(event("apply_complete", "aws_sns_topic.t"))
    assert events.line() == "1/58 aws_sqs_queue.dead_letters_queue … 0 s (and 1 more)"


def test_what_is_no_event_is_kept_as_words() -> None:
    events = Events()
    for line in ("", "  panic: x  ", "[1]", "{"):
        events.add_line(line)
    assert events.noise == ["panic: x", "[1]", "{"]
    assert events.line() == ""


def test_a_diagnostic_is_one_line() -> None:
    shown = str(Diagnostic("error", "Failed.", "because\n  of: ", "aws_x.y"))
    assert shown == "aws_x.y: Failed: because of"


def written(terminal: bool, updates: list[str]) -> str:
    stream = io.StringIO()
    shown = ConsoleProgress(Console(file=stream, force_terminal=terminal, highlight=False, width=60))
    with shown.step("terraform [apply]") as step:
        for text in updates:
            step.update(text)
        step.result("58 [resources]")
    return stream.getvalue()


def test_a_log_gets_a_line_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    quiet = written(terminal=False, updates=["1/58", "2/58"])
    assert quiet.splitlines()[0] == "… terraform [apply]"
    assert quiet.splitlines()[1].startswith("✓ terraform [apply]: 58 [resources] (0.")
    monkeypatch.setattr(progress, "QUIET_SECONDS", 0.0)
    assert "  1/58\n  2/58\n" in written(terminal=False, updates=["1/58", "", "2/58"])


def test_a_failed_step_says_so() -> None:
    stream = io.StringIO()
    with pytest.raises(ValueError, match="luck"), ConsoleProgress(Console(file=stream)).step("apply"):
        raise ValueError("out of luck")
    assert "✗ apply" in stream.getvalue()


def test_a_terminals_line_stays_one_line() -> None:
    shown = written(terminal=True, updates=["x" * 200])
    assert "x" * 61 not in shown.replace("\n", "")
    assert "58 [resources]" in shown
