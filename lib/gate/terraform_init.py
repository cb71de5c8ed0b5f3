"""Checks the files that `terraform init` has written into a stack's folder.

Each of these files decides which program Terraform runs, or where it stores the state:
- `.terraform.lock.hcl`: the provider packages that Terraform trusts, by checksum;
  developer.hashicorp.com/terraform/language/files/dependency-lock
- `.terraform/providers`: the program that Terraform starts, often a link to a cache or mirror;
  developer.hashicorp.com/terraform/cli/config/config-file#provider-plugin-cache
- `.terraform/terraform.tfstate`: the backend of the last init, which Terraform uses as long as the file has the right
  hash of the backend block (hashicorp/terraform, internal/command/meta_backend.go).
Other files there (`modules`, `environment` for a workspace, `plugin_path`) are refused.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lib.errors import ToolError
from lib.gate import digests, json_lines

DATA = ".terraform"
LOCK = ".terraform.lock.hcl"
REFERENCE = Path(__file__).with_name("provider.lock.hcl")
AGAIN = f"remove {DATA} and {LOCK}, and run terraform init again"
# A lock file as Terraform writes it for one provider.
LOCK_FORM = re.compile(
    r"""\s*(?:\#[^\n]*\n\s*)*
    provider\ "(?P<address>[^"]+)"\ \{\s*
    version\s*=\s*"(?P<version>[^"]+)"\s*
    (?:constraints\s*=\s*"[^"]*"\s*)?
    hashes\s*=\s*\[(?P<hashes>(?:\s*"[^"]+",)+)\s*\]\s*
    \}\s*""",
    re.VERBOSE,
)
# The keys of a backend record, which Terraform writes in its old state format.
RECORD = {"version", "serial", "lineage", "terraform_version", "backend"}


@dataclass(frozen=True)
class Provider:
    """A provider in a lock file: registry.terraform.io/hashicorp/aws, its version, {h1:…, zh:…}."""

    address: str
    version: str
    checksums: frozenset[str]

    def __str__(self) -> str:
        return f"{self.address} {self.version}"


def check(folder: Path, document: dict[str, Any]) -> None:
    """Raise ToolError for anything in `folder` that `terraform init` would not write for this stack's JSON."""
    lock, data = folder / LOCK, folder / DATA
    if lock.exists():
        _check_lock(lock, pinned_provider())
    if data.exists():
        _only(data, ("providers", "terraform.tfstate"))
        _check_providers(data / "providers", pinned_provider())
        _check_backend(data / "terraform.tfstate", document)


@functools.cache
def pinned_provider() -> Provider:
    """Return the only provider that stacks may use."""
    return _read_lock(REFERENCE)


def _check_lock(file: Path, pinned: Provider) -> None:
    found = _read_lock(file)
    if (found.address, found.version) != (pinned.address, pinned.version):
        raise ToolError(f"{file}: names {found}, but stacks must use {pinned}; {AGAIN}")
    for checksum in sorted(found.checksums - pinned.checksums):
        raise ToolError(f"{file}: {checksum} is not a published checksum of {pinned}; {AGAIN}")


def _read_lock(file: Path) -> Provider:
    try:
        text = file.read_bytes().decode()
    except (OSError, ValueError) as error:
        raise ToolError(f"{file}: cannot be read ({error}); {AGAIN}") from error
    form = LOCK_FORM.fullmatch(text)
    if form is None:
        raise ToolError(f"{file}: is not a lock file for one provider as terraform init writes it; {AGAIN}")
    return Provider(form["address"], form["version"], frozenset(re.findall(r'"([^"]+)"', form["hashes"])))


def _check_providers(folder: Path, pinned: Provider) -> None:
    for part in (*pinned.address.split("/"), pinned.version):
        if not folder.exists():
            return
        _only(folder, [part])
        folder /= part
    for package in _plain(folder).iterdir() if folder.exists() else ():
        # Terraform creates links to a cache or mirror, so the content is checked wherever the package is.
        checksum = f"h1:{digests.base64_of(digests.of_files(_package_files(package)))}"
        if checksum not in pinned.checksums:
            raise ToolError(f"{package}: is not the published package of {pinned} ({checksum}); {AGAIN}")


def _package_files(package: Path) -> dict[str, Path]:
    found = [path for path in package.rglob("*") if path.is_symlink() or not path.is_dir()]
    if not package.is_dir() or any(path.is_symlink() or not path.is_file() for path in found):
        raise ToolError(f"{package}: is not a provider package (a directory of regular files); {AGAIN}")
    return {path.relative_to(package).as_posix(): path for path in found}


def _check_backend(file: Path, document: dict[str, Any]) -> None:
    if not file.exists():
        return
    try:
        record = json_lines.parse(file.read_bytes().decode())[0]
        if not record.keys() <= RECORD:
            raise ValueError(f"the key {sorted(record.keys() - RECORD)[0]!r} is not written by terraform init")
        backend = record["backend"]
        recorded = {backend["type"]: _set(backend["config"])}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ToolError(f"{file}: is not a record of a backend ({error}); {AGAIN}") from error
    terraform = document.get("terraform")
    declared = terraform.get("backend") if isinstance(terraform, dict) else None
    if not isinstance(declared, dict) or recorded != {
        kind: _set(body) if isinstance(body, dict) else body for kind, body in declared.items()
    }:
        raise ToolError(f"{file}: stores the state in another backend than the JSON declares; {AGAIN}")


def _set(arguments: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in arguments.items() if value is not None}


def _only(folder: Path, names: Iterable[str]) -> None:
    """Raise ToolError if a folder contains other files."""
    for entry in _plain(folder).iterdir():
        if entry.name not in names:
            raise ToolError(f"{entry}: terraform init writes no such file for this stack; {AGAIN}")


def _plain(folder: Path) -> Path:
    if folder.is_symlink() or not folder.is_dir():
        raise ToolError(f"{folder}: is not a regular directory; {AGAIN}")
    return folder
