"""One run, four files: what stands in each, and that each is what its readers take."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from lib import reports
from lib.aspects.catalogue import RULES
from lib.environments import ROOT
from lib.errors import ToolError
from lib.gate import Gate
from lib.gate.process import CheckovProcess
from lib.reports import Report, terminal
from tests.unit.gate.conftest import write_stack
from tests.unit.gate.reports.conftest import BAD, IDS, MADE_AT, validator

pytestmark = pytest.mark.slow


def junit(folder: Path) -> ElementTree.Element:
    return ElementTree.parse(folder / "report.xml").getroot()  # noqa: S314 - our own file


def test_four_files_and_nothing_else(folder: Path) -> None:
    assert sorted(path.name for path in folder.iterdir()) == [
        *("report.json", "report.md", "report.sarif", "report.xml"),
    ]


def test_the_gate_as_a_library_writes_nothing(checkov: CheckovProcess, policies: Path, config: Path, out: Path) -> None:
    before = sorted(out.rglob("*"))
    Gate(policies, config, checkov).judge(out)
    assert sorted(out.rglob("*")) == before
    assert not (out.parent / "reports").exists()


def test_the_account_is_in_all(folder: Path, report: Report) -> None:
    account = {
        "judge": "gate",
        "stacks": 1,
        "resources": 3,
        "policies_loaded": 3,
        "policies_on_disk": 3,
        "checks_run": report.account["checks_run"],
    }
    assert dict(report.account) == account
    assert json.loads((folder / "report.json").read_text())["account"] == account
    properties = junit(folder).iter("property")
    assert {item.attrib["name"]: item.attrib["value"] for item in properties} == {
        name: str(value) for name, value in account.items()
    }
    sarif = json.loads((folder / "report.sarif").read_text())
    assert account.items() <= sarif["runs"][0]["properties"].items()
    assert "| policies loaded | 3 |" in (folder / "report.md").read_text()


def test_json_holds_everything_by_name(folder: Path, report: Report) -> None:
    written = json.loads((folder / "report.json").read_text())
    assert written["passed"] is False
    assert [entry["text"] for entry in written["findings"]] == [str(finding) for finding in report.findings]
    first = written["findings"][0]
    assert (first["rule_id"], first["severity"], first["path"]) == ("TAP-RUN-2", "HIGH", "stack/letters/queue")
    assert {entry["made_at"] for entry in written["findings"] if "orders" in entry["path"]} == {
        MADE_AT["stack/orders/queue"]
    }
    assert {entry["severity"] for entry in written["findings"] if entry["rule_id"].startswith("CKV")} == {None}
    assert [entry["suppression"]["expires"] for entry in written["waived"]] == ["2026-12-01"]
    assert [entry["suppression"]["reason"] for entry in written["skipped"]] == ["nothing secret in it"]
    assert len(written["complaints"]) == len(written["warnings"]) == 1
    assert {rule["id"] for rule in written["rules"]} >= {rule.id for rule in RULES} | {"CKV_AWS_18", "CKV_AWS_27"}


def test_junit_counts_what_it_holds(folder: Path, report: Report) -> None:
    (suite,) = junit(folder)
    cases = suite.findall("testcase")
    assert int(suite.attrib["tests"]) == len(cases)
    failed = [case for case in cases if case.find("failure") is not None]
    assert int(suite.attrib["failures"]) == len(failed) == len(report.findings) + 1
    skipped = {case.attrib["classname"]: case.find("skipped") for case in cases if case.find("skipped") is not None}
    assert int(suite.attrib["skipped"]) == len(skipped) == 2
    assert "by platform, until 2026-12-01" in skipped["TAP-NAME-2"].attrib["message"]
    texts = [case.find("failure").text or "" for case in failed]
    assert any(text.endswith("made at lib/constructs/dead_letters.py:30") for text in texts)
    passed = {case.attrib["classname"] for case in cases if len(case) == 0}
    assert passed == {rule.id for rule in RULES} - set(IDS)


def test_markdown_shows_findings_waivers_and_skips_apart(folder: Path) -> None:
    text = (folder / "report.md").read_text()
    parts = text.split("\n## ")
    assert parts[0].startswith("# Policy report: failed\n")
    by_title = {part.partition(" (")[0]: part for part in parts[1:]}
    assert "made at `lib/constructs/dead_letters.py:30`" in by_title["Findings"]
    assert "### stack/letters/queue" in by_title["Findings"]
    assert "is unused" in by_title["Invalid waivers"]
    assert r"| its name is \| the vendor's | platform | 2026-12-01 |" in by_title["Waived"]
    assert "| CKV_AWS_27 | stack/orders/queue |" in by_title["Skipped by .checkov.yaml"]
    assert len(by_title) == 6


def test_every_form_names_the_severity_of_a_finding(folder: Path, sarif: Any) -> None:
    """Of Checkov's own checks nobody knows it, and that is said too."""
    expected = {"TAP-RUN-2": "HIGH", "TAP-NAME-1": "MEDIUM", "CKV_AWS_18": "UNKNOWN"}
    markdown = (folder / "report.md").read_text()
    failures = {case.attrib["classname"]: case.find("failure") for case in junit(folder).iter("testcase")}
    results = {result["ruleId"]: result["properties"]["severity"] for result in sarif["runs"][0]["results"][:-1]}
    texts = {entry["rule_id"]: entry["text"] for entry in json.loads((folder / "report.json").read_text())["findings"]}
    for rule, severity in expected.items():
        assert f"- **{rule}** {severity}: " in markdown
        assert failures[rule].attrib["type"] == severity
        assert results[rule] == severity
        assert texts[rule].startswith(f"{rule} {severity} [")


def test_the_terminal(report: Report, capsys: pytest.CaptureFixture[str]) -> None:
    """A line each: by construct, the worst first, Checkov's own last; then faults, waived, the summary."""
    terminal.show(report)
    said = capsys.readouterr()
    lines = said.out.splitlines()
    count = len(report.findings)
    assert [line.split(" ")[:3] for line in lines[:5]] == [
        ["TAP-RUN-2", "HIGH", "[stack/letters/queue]"],
        ["TAP-NAME-1", "MEDIUM", "[stack/letters/queue]"],
        ["TAP-RUN-2", "HIGH", "[stack/orders/queue]"],
        ["TAP-NAME-1", "MEDIUM", "[stack/orders/queue]"],
        ["TAP-NAME-2", "LOW", "[stack/orders/queue]"],
    ]
    assert {tuple(line.split(" ")[1:3]) for line in lines[5:count]} == {("UNKNOWN", "[stack/a/bucket]")}
    assert all(". Fix: " in line for line in lines[:count])
    assert "is unused" in lines[count]
    assert lines[count + 1].startswith("waived: TAP-NAME-2 LOW [stack/letters/queue] ")
    assert "by platform until 2026-12-01: its name is" in lines[count + 1]
    assert lines[count + 2].startswith(
        f"gate: {count} findings, 1 invalid waivers; 1 stacks, 3 resources, 3 of 3 policies"
    )
    assert len(lines) == count + 3
    (warning,) = said.err.splitlines()
    assert warning.startswith("warning: policies/waivers.yaml:2 (TAP-NAME-2 at letters/queue) ends on 2026-12-01")


def test_a_stack_cannot_draw_a_report_of_its_own(
    checkov: CheckovProcess, policies: Path, config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Construct paths are the stack's own words: control characters, markup and lines in them stay text."""
    path = "stack/|\n## Findings (0)\n<b>`x`\u0000\u001b[2J"
    queue = {**BAD, "//": {"metadata": {"path": path}}}
    out = write_stack(tmp_path / "hostile", {"resource": {"aws_sqs_queue": {"orders": queue}}})
    report = Gate(policies, config, checkov).judge(out).as_report(out)
    reports.write(report, tmp_path / "reports")
    assert junit(tmp_path / "reports").tag == "testsuites"
    assert list(validator().iter_errors(json.loads((tmp_path / "reports" / "report.sarif").read_text()))) == []
    text = (tmp_path / "reports" / "report.md").read_text()
    assert "\n## Findings (0)" not in text
    assert "<b>" not in text.replace(r"\<b\>", "")
    terminal.show(report)
    said = capsys.readouterr().out
    assert len(said.splitlines()) == len(report.findings) + 1
    assert said.replace("\n", "").isprintable()


def test_an_earlier_run_leaves_no_verdict(folder: Path, tmp_path: Path) -> None:
    for file in folder.iterdir():
        (tmp_path / file.name).write_text(file.read_text())
    (tmp_path / "mine.txt").touch()
    reports.clear(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
    reports.clear(tmp_path / "none")


def test_a_folder_that_takes_none(report: Report, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ToolError, match="choose a folder with --reports"):
        reports.write(report, tmp_path / "file")


def test_the_command_writes_where_it_is_told(tmp_path: Path, out: Path) -> None:
    """Also for JSON that none of our code wrote; and Node is not started for it."""
    done = subprocess.run(
        [sys.executable, "-m", "lib.gate", str(out), "--reports", str(tmp_path / "there")],
        cwd=ROOT,
        env={"PATH": "", "HOME": str(Path.home())},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (done.returncode, done.stderr) == (1, "")
    written = json.loads((tmp_path / "there" / "report.json").read_text())
    assert [entry["text"] for entry in written["findings"]] == done.stdout.splitlines()[:-1]
    assert {entry["made_at"] for entry in written["findings"]} == {""}


def test_a_broken_run_leaves_no_report(tmp_path: Path) -> None:
    (tmp_path / "report.json").write_text('{"passed": true}')
    done = subprocess.run(
        [sys.executable, "-m", "lib.gate", str(tmp_path / "nowhere"), "--reports", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 2
    assert list(tmp_path.iterdir()) == []
