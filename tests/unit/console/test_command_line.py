"""The shared command line: its exit codes, its output, and a command that does not exist."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from lib.console.command_line import Command, main
from lib.errors import ToolError


def wrong(_: Mapping[str, str]) -> str:
    raise ToolError("SUFFIX is 'X', but it is lower-case; set it like dev")


def interrupted(_: Mapping[str, str]) -> str:
    raise KeyboardInterrupt


COMMANDS = {
    "greet": Command("print a greeting for NAME", lambda environ: f"hello {environ['NAME']}"),
    "wrong": Command("fail", wrong),
    "interrupted": Command("be interrupted", interrupted),
}


def run(*arguments: str) -> int:
    return main("lib.console", "Commands of a test.", COMMANDS, list(arguments))


def test_a_command_reads_the_environment_and_prints_its_text(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NAME", "world")
    assert run("greet") == 0
    assert capsys.readouterr() == ("hello world\n", "")


def test_a_tool_error_is_one_line_and_exit_code_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("wrong") == 2
    assert capsys.readouterr() == ("", "error: SUFFIX is 'X', but it is lower-case; set it like dev\n")


def test_ctrl_c_is_exit_code_130(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("interrupted") == 130
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("arguments", [(), ("unknown",)])
def test_another_command_is_wrong_input(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        run(*arguments)
    assert ended.value.code == 2
    assert "usage: python -m lib.console" in capsys.readouterr().err
