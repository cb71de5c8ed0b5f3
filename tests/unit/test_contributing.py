"""What CONTRIBUTING.md names exists: files, commands, tests, links, and the example of a construct's path."""

from __future__ import annotations

import importlib.util
import re
from typing import TYPE_CHECKING

import pytest

from lib.environments import ROOT
from lib.settings import StackOptions
from tests.contributing.page import BLOCK, TEXT, blocks, section

if TYPE_CHECKING:
    from tests.unit.conftest import Template

CREATED = {block.file for block in blocks(TEXT) if block.file and block.language != "diff"}
PATHS = set(
    re.findall(r"`((?:lib|tests|docs|policies|requirements|benchmarks)/[^`\s…]*|[\w.]+\.(?:py|md|toml))`", TEXT)
)
LINKS = set(re.findall(r"\]\(([^)\s]+)\)", TEXT))
TARGETS = set(re.findall(r"`make ([a-z-]+)", TEXT)) | set(re.findall(r"^ *\$ make ([a-z-]+)", TEXT, re.MULTILINE))
MODULES = set(re.findall(r"python -m (lib[\w.]*)", TEXT))
TESTS = set(re.findall(r"`(test_\w+)`", TEXT))


def test_the_page_names_files_commands_and_tests() -> None:
    """The patterns above find something; otherwise the tests below would check nothing."""
    assert {"lib/constructs/archive.py", "lib/settings.py", "README.md"} <= PATHS
    assert {"setup", "synth", "docs", "provider", "test-fast", "test", "bench", "lint"} <= TARGETS
    assert len(MODULES) >= 2
    assert len(TESTS) >= 3


def test_each_block_is_announced_with_its_file() -> None:
    """A page on GitHub does not show what stands behind the language of a block."""
    end = 0
    for block in BLOCK.finditer(TEXT):
        file = block[3]
        assert not file or f"`{file}`" in TEXT[end : block.start()]
        end = block.end()


@pytest.mark.parametrize("path", sorted(PATHS - CREATED))
def test_a_file_or_folder_exists(path: str) -> None:
    assert (ROOT / path).exists()


@pytest.mark.parametrize("link", sorted(link for link in LINKS if "://" not in link))
def test_a_link_leads_to_a_file_and_a_heading(link: str) -> None:
    name, _, anchor = link.partition("#")
    file = ROOT / (name or "CONTRIBUTING.md")
    assert file.exists()
    headings = re.findall(r"^#+ (.+)$", file.read_text(), re.MULTILINE) if anchor else []
    assert not anchor or anchor in {re.sub(r"[^\w -]", "", one).lower().replace(" ", "-") for one in headings}


@pytest.mark.parametrize("target", sorted(TARGETS))
def test_a_make_target_exists(target: str) -> None:
    assert re.search(rf"^{target}:.*##", (ROOT / "Makefile").read_text(), re.MULTILINE)


@pytest.mark.parametrize("module", sorted(MODULES))
def test_a_python_command_exists(module: str) -> None:
    assert importlib.util.find_spec(module) is not None


@pytest.mark.parametrize("name", sorted(TESTS))
def test_a_test_exists(name: str) -> None:
    assert any(f"def {name}(" in file.read_text() for file in (ROOT / "tests").rglob("test_*.py"))


def test_every_setting_is_in_the_readmes_table() -> None:
    """As `Add a setting` says."""
    rows = re.findall(r"^\| ([^|]+) \|", (ROOT / "README.md").read_text(), re.MULTILINE)
    listed = {name for row in rows for name in re.findall(r"`([A-Z_]+)`", row)}
    assert {name.upper() for name in StackOptions.__dataclass_fields__} <= listed


def test_the_example_of_a_path_is_the_stacks(template: Template) -> None:
    """`TapStackdev/ledger/transactions`, and the address that is made of it."""
    text = section("How CDKTF code becomes a finding")
    path = "TapStackdev/ledger/transactions"
    assert f"`{path}`" in text
    found = {
        name: body["//"]["metadata"]["path"] for name, body in template.json["resource"]["aws_dynamodb_table"].items()
    }
    assert path in found.values()
    (address,) = (name for name, where in found.items() if where == path)
    assert address.startswith("ledger_transactions_")
    assert "`aws_dynamodb_table.ledger_transactions_…`" in text
