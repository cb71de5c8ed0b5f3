"""Reads the locks in requirements/, and the packages that are installed from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import Distribution, distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from lib.environments import ENVIRONMENTS, ROOT

REQUIREMENTS = ROOT / "requirements"


@dataclass(frozen=True, order=True)
class Package:
    """A pinned package. `name` is normalized, as pip compares names."""

    name: str
    version: str


@cache
def packages(lock: str) -> tuple[Package, ...]:
    """Return the packages that a lock pins, for all platforms. The lock `project` is requirements/project.txt."""
    lines = (REQUIREMENTS / f"{lock}.txt").read_text().splitlines()
    return tuple(_package(line) for line in lines if line[:1].isalnum())


def _package(line: str) -> Package:
    """Parse a line like `boto3==1.44.5 ; python_full_version < '3.12' \\`. Its hashes are on the next lines."""
    requirement = Requirement(line.removesuffix("\\"))
    (pin,) = requirement.specifier
    return Package(canonicalize_name(requirement.name), pin.version)


@cache
def installed(lock: str) -> Mapping[Package, Distribution]:
    """Return the packages in the lock's environment; empty if this machine has no such environment."""
    return in_folders(*ENVIRONMENTS[lock].glob("lib/python*/site-packages"), ENVIRONMENTS[lock])


def in_folders(*folders: Path) -> dict[Package, Distribution]:
    """Return the packages that are installed in these folders or zips, with their metadata."""
    found = distributions(path=[str(folder) for folder in folders])
    return {Package(canonicalize_name(one.name), one.version): one for one in found}
