"""`make provider`: the provider's version is stated where it says, and the same version changes nothing."""

from __future__ import annotations

import json
import re
import subprocess
from importlib.metadata import metadata
from pathlib import Path

import pytest

from lib.aspects.provider.projection import VERSION
from lib.dependencies import provider
from lib.environments import ROOT
from lib.gate.terraform_init import pinned_provider
from tests.checkout import Checkout

MODULE = ("-m", "lib.dependencies.provider")


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path / "checkout")


@pytest.mark.slow
def test_the_same_version_changes_nothing(checkout: Checkout) -> None:
    """So every generated file is what its generator makes of the provider's schema today."""
    before = checkout.contents()
    done = checkout.run(*MODULE, VERSION)
    assert done.returncode == 0, done.stderr
    assert "Review what the schema changed" in done.stdout
    after = checkout.contents()
    assert {str(file) for file in before.keys() | after.keys() if before.get(file) != after.get(file)} == set()


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("6.0.0",), f"{provider.pinned_bindings()} is made for hashicorp/aws {VERSION}, not 6.0.0"),
        (("latest",), f"VERSION is 'latest', which is no version of hashicorp/aws; write it as {VERSION}"),
    ],
)
def test_a_version_without_bindings_changes_nothing(checkout: Checkout, arguments: tuple[str, ...], error: str) -> None:
    before = checkout.contents()
    done = checkout.run(*MODULE, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert error in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert checkout.contents() == before


def test_each_judge_the_gate_and_the_bindings_name_the_same_version() -> None:
    second = re.search(r'^provider_version = "(.+)"$', (ROOT / "policies" / "_conventions.toml").read_text(), re.M)
    assert second is not None
    bindings = re.search(r"hashicorp/aws provider version (\S+)", str(metadata(provider.BINDINGS).json["description"]))
    assert bindings is not None
    assert {VERSION, second[1], pinned_provider().version, bindings[1]} == {VERSION}


@pytest.mark.parametrize("file", provider.STATED, ids=lambda file: str(file.relative_to(ROOT)))
def test_another_version_is_written_in_one_place(file: Path) -> None:
    changed = provider.stated(file, provider.STATED[file], "9.87.6")
    assert changed.count("9.87.6") == 1
    assert changed.replace("9.87.6", VERSION) == file.read_text()
    if file.suffix == ".json":
        assert json.loads(changed)["terraform"]["required_providers"]["aws"]["version"] == "9.87.6"


def test_no_other_file_states_the_version() -> None:
    """A place that nobody knows of would keep the old version."""
    command = ["git", "grep", "--untracked", "-lF", VERSION, "--", "lib", "policies", "main.py", "cdktf.json", "docs"]
    found = subprocess.run([*command, ":!docs/decisions"], cwd=ROOT, capture_output=True, text=True).stdout.split()
    assert set(found) <= {str(file.relative_to(ROOT)) for file in (*provider.STATED, provider.REFERENCE)}
