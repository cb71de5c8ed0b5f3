"""How policies/waivers.yaml is read, and what cannot be read."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

# isort: split

from lib.aspects.catalogue import RULES, UNWAIVABLE_IDS
from lib.environments import ROOT
from lib.errors import ToolError
from lib.findings.waivers import FILE, Waiver, read

ENTRY = "- rule: TAP-REC-1\n  path: ledger/transactions\n  reason: x y\n  owner: me\n  expires: 2027-01-31\n"


def test_an_entry_is_read(tmp_path: Path) -> None:
    file = tmp_path / "waivers.yaml"
    file.write_text("# why\n" + ENTRY + ENTRY.replace("2027-01-31", '"2027-02-28"'))
    first, second = read(file)
    place = f"{tmp_path.name}/waivers.yaml"
    assert first == Waiver("TAP-REC-1", "ledger/transactions", "x y", "me", date(2027, 1, 31), line=2, file=place)
    assert (second.expires, second.line) == (date(2027, 2, 28), 7)


@pytest.mark.parametrize("text", ["", "# nothing\n", "[]", "null"])
def test_no_entry(tmp_path: Path, text: str) -> None:
    file = tmp_path / "waivers.yaml"
    file.write_text(text)
    assert read(file) == ()


def test_no_file(tmp_path: Path) -> None:
    assert read(tmp_path / "waivers.yaml") == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- [", "is not YAML"),
        ("rule: TAP-REC-1", "is not a list"),
        ("TAP-REC-1", "is not a list"),
        ("- TAP-REC-1", r"entry 1 \(line 1\) is not a mapping"),
        (ENTRY + "  until: never\n", "entry 1 .* has the unknown key 'until'"),
        (ENTRY + "  reason: z\n", "entry 1 .* has the key reason twice"),
        (ENTRY + ENTRY.replace("  owner: me\n", ""), r"entry 2 \(line 6\) lacks the key owner"),
        (ENTRY.replace("x y", "[x, y]"), "reason is not a string"),
        (ENTRY.replace("2027-01-31", "2027-02-30"), "expires is '2027-02-30', which is not a date"),
        (ENTRY.replace("2027-01-31", "never"), "expires is 'never', which is not a date"),
        (ENTRY.replace("2027-01-31", "20270131"), "expires is '20270131', which is not a date"),
        (ENTRY.replace("2027-01-31", ""), "expires is '', which is not a date"),
        ("---\n" + ENTRY + "---\n" + ENTRY, "is not YAML"),
    ],
)
def test_what_cannot_be_read_without_a_guess(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "waivers.yaml"
    file.write_text(text)
    with pytest.raises(ToolError, match=said) as error:
        read(file)
    assert str(file) in str(error.value)
    assert "\n" not in str(error.value)


def test_no_plain_file(tmp_path: Path) -> None:
    (tmp_path / "waivers.yaml").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ToolError, match="is not a regular file"):
        read(tmp_path / "waivers.yaml")


def test_the_shipped_file_has_no_entry_and_shows_the_form(tmp_path: Path) -> None:
    assert read() == ()
    shown = [line.removeprefix("# ") for line in FILE.read_text().splitlines()]
    (tmp_path / "waivers.yaml").write_text("\n".join(shown).rpartition("#\n")[2])
    (waiver,) = read(tmp_path / "waivers.yaml")
    assert waiver.rule in {rule.id for rule in RULES} - UNWAIVABLE_IDS


def test_waivers_can_be_read_without_cdktf() -> None:
    code = "import sys, lib.findings.waivers; sys.exit(bool({'jsii', 'cdktf'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0
