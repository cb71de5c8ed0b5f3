"""Environments follow their locks, and say what is wrong when they cannot be made."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from lib import environments
from lib.environments import ENVIRONMENTS, ROOT
from lib.errors import ToolError

pytestmark = pytest.mark.slow


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An environment `tried` with a lock of its own, which installs nothing."""
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "tried.txt").write_text("")
    monkeypatch.setattr(environments, "ROOT", tmp_path)
    monkeypatch.setitem(environments.ENVIRONMENTS, "tried", tmp_path / ".venv-tried")
    return tmp_path


def test_an_environment_is_made_once_and_again_when_its_lock_changes(elsewhere: Path) -> None:
    assert environments.ensure("tried")
    assert environments.python_of(elsewhere / ".venv-tried").exists()
    assert not environments.ensure("tried")
    (elsewhere / "requirements" / "tried.txt").write_text("# another\n")
    assert environments.ensure("tried")


def test_a_failed_setup_names_the_lock_and_the_reason_and_is_tried_again(elsewhere: Path) -> None:
    (elsewhere / "requirements" / "tried.txt").write_text("no requirement at all\n")
    for _ in range(2):
        with pytest.raises(
            ToolError, match=r"setup of \.venv-tried from requirements/tried\.txt failed: ERROR"
        ) as caught:
            environments.ensure("tried")
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", sorted(ENVIRONMENTS))
def test_every_lock_pins_versions_and_hashes_and_names_no_index(name: str) -> None:
    lock = (ROOT / "requirements" / f"{name}.txt").read_text()
    packages = re.findall(r"^[a-z0-9].*$", lock, re.MULTILINE)
    assert packages
    assert [line for line in packages if "==" not in line] == []
    assert lock.count("--hash=sha256:") >= len(packages)
    assert "://" not in lock


def test_what_the_zip_carries_is_what_the_tests_ran_with() -> None:
    def pins(name: str) -> dict[str, str]:
        return dict(
            re.findall(r"^([a-z0-9-]+)==(\S+)", (ROOT / "requirements" / f"{name}.txt").read_text(), re.MULTILINE)
        )

    project = pins("project")
    assert {name: project.get(name) for name in pins("lambda")} == pins("lambda")


def test_jsii_gets_the_projects_node_and_the_users_own_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JSII_NODE", raising=False)
    monkeypatch.setenv("NODE_OPTIONS", "--no-warnings")
    environments.use_project_node()
    environments.use_project_node()
    assert Path(os.environ["JSII_NODE"]).is_file()
    assert os.environ["NODE_OPTIONS"].startswith("--no-warnings --require ")
    assert os.environ["NODE_OPTIONS"].count("lazy_bindings.cjs") == 1
    monkeypatch.setenv("JSII_NODE", "/my/node")
    environments.use_project_node()
    assert os.environ["JSII_NODE"] == "/my/node"
