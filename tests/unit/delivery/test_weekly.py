"""The weekly report about waivers and newer releases."""

from __future__ import annotations

import json
from datetime import date

from lib.delivery import weekly
from lib.environments import ROOT
from lib.findings.waivers import Waiver

TODAY = date(2026, 11, 24)


def waiver(rule: str, expires: date) -> Waiver:
    return Waiver(rule, "archiver/function", "the vendor's layer", "@acme/payments", expires, 1)


def test_waivers_are_sorted_by_the_days_that_are_left() -> None:
    entries = [waiver("TAP-RUN-4", date(2027, 1, 24)), waiver("TAP-OBS-1", date(2026, 12, 1))]
    lines = [line for line in weekly.text(entries, [], TODAY).splitlines() if line.startswith("| `")]
    assert [line.split(" | ")[0:3:2] for line in lines] == [["| `TAP-OBS-1`", "7"], ["| `TAP-RUN-4`", "61"]]


def test_without_either_it_says_so() -> None:
    text = weekly.text([], [], TODAY)
    assert text.startswith(weekly.MARKER)
    assert "## Waivers (0)" in text
    assert "## Newer releases (0)" in text


def test_newer_releases_are_listed_with_their_lock() -> None:
    output = json.dumps([{"name": "PyYAML", "version": "6.0", "latest_version": "7.0", "latest_filetype": "wheel"}])
    assert "| checkov | `pyyaml` | `6.0` | `7.0` |" in weekly.text([], weekly.of_pip("checkov", output), TODAY)


def test_what_a_requirements_file_names() -> None:
    found = list(weekly.named_in((ROOT / "requirements" / "project.in").read_text()))
    assert {"cdktf", "cdktf-cdktf-provider-aws", "pyyaml", "jinja2", "boto3-stubs"} <= set(found)
    assert not [name for name in found if "=" in name or "[" in name]
