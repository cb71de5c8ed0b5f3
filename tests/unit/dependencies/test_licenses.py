"""The list of licences is that of the locks, and a licence that nobody allowed fails `make licenses`."""

from __future__ import annotations

from pathlib import Path

import pytest

from lib.environments import ROOT

from .conftest import Run

pytestmark = pytest.mark.slow
POLICY = (ROOT / "requirements" / "licenses.toml").read_text()
LIST = ROOT / "requirements" / "licenses.md"
COMMAND = ("-m", "lib.dependencies", "licenses")


def changed(folder: Path, old: str, new: str) -> Path:
    """The policy with one change."""
    assert POLICY.count(old) == 1
    file = folder / "licenses.toml"
    file.write_text(POLICY.replace(old, new))
    return file


def test_the_list_is_that_of_the_locks_and_every_licence_is_allowed(run: Run, tmp_path: Path) -> None:
    """A lock that changed without `make licenses` fails here."""
    done = run(*COMMAND, "--output", tmp_path / "list.md")
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "list.md").read_text() == LIST.read_text(), "run make licenses"


def test_a_licence_that_is_not_allowed_is_named_with_the_lock_and_the_fix(run: Run, tmp_path: Path) -> None:
    policy = changed(tmp_path, '"GPL-3.0-or-later", ', "")
    done = run(*COMMAND, "--policy", policy, "--output", tmp_path / "list.md")
    assert done.returncode == 1
    assert "localstripe" in done.stdout
    assert "GPL-3.0-or-later is not allowed in localstripe; use another package, or allow" in done.stdout


def test_the_lambda_zip_has_a_stricter_list_of_its_own(run: Run, tmp_path: Path) -> None:
    """What tools may have, the zip may not."""
    policy = changed(tmp_path, 'lambda = ["Apache-2.0", ', "lambda = [")
    done = run(*COMMAND, "--policy", policy, "--output", tmp_path / "list.md")
    found = [line for line in done.stdout.splitlines() if "not allowed" in line]
    assert done.returncode == 1
    assert [line.split()[0] for line in found] == ["boto3", "botocore", "s3transfer"]
    assert all("not allowed in lambda;" in line for line in found)


def test_an_unknown_licence_is_named_with_the_fix(run: Run, tmp_path: Path) -> None:
    """The metadata of ply says BSD, of which there are several."""
    stated = next(line for line in POLICY.splitlines() if line.startswith("ply = "))
    done = run(*COMMAND, "--policy", changed(tmp_path, f"{stated}\n", ""), "--output", tmp_path / "list.md")
    assert done.returncode == 1
    assert "ply 3.11 (checkov): its licence is unknown; make its environment" in done.stdout


def test_a_policy_without_a_table_is_wrong_input(run: Run, tmp_path: Path) -> None:
    (tmp_path / "licenses.toml").write_text("[allowed]\n")
    done = run(*COMMAND, "--policy", tmp_path / "licenses.toml", "--output", tmp_path / "list.md")
    assert done.returncode == 2
    assert "has no table spelling" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("licence", "allowed", "answer"),
    [
        ("MIT", ["MIT"], True),
        ("MIT OR GPL-3.0-only", ["MIT"], True),
        ("MIT AND GPL-3.0-only", ["MIT"], False),
        ("MPL-2.0 AND (Apache-2.0 OR MIT)", ["MPL-2.0", "MIT"], True),
        ("Apache-2.0 WITH LLVM-exception", ["Apache-2.0"], False),
        ("Apache", ["Apache"], False),  # SPDX has no such identifier
    ],
)
def test_of_or_one_is_enough_and_of_and_all_are_needed(
    run: Run, licence: str, allowed: list[str], answer: bool
) -> None:
    program = f"from lib.dependencies.licenses import is_allowed; print(is_allowed({licence!r}, {allowed!r}))"
    assert run("-c", program).stdout.strip() == str(answer)
