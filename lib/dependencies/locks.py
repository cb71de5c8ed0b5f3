"""The locks in requirements/, and what is installed of them."""

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
    """A package that a lock names, by its normalized name."""

    name: str
    version: str


@cache
def packages(lock: str) -> tuple[Package, ...]:
    """The packages that a lock pins, for every platform: `project` is requirements/project.txt."""
    lines = (REQUIREMENTS / f"{lock}.txt").read_text().splitlines()
    return tuple(_package(line) for line in lines if line[:1].isalnum())


def _package(line: str) -> Package:
    """`boto3==1.44.5 ; python_full_version < '3.12' \\`: hashes follow on lines of their own."""
    requirement = Requirement(line.removesuffix("\\"))
    (pin,) = requirement.specifier
    return Package(canonicalize_name(requirement.name), pin.version)


@cache
def installed(lock: str) -> Mapping[Package, Distribution]:
    """What the lock's environment holds; nothing where it has not been made on this machine."""
    return in_folders(*ENVIRONMENTS[lock].glob("lib/python*/site-packages"), ENVIRONMENTS[lock])


def in_folders(*folders: Path) -> dict[Package, Distribution]:
    """The packages that are installed in folders, or in a zip."""
    found = distributions(path=[str(folder) for folder in folders])
    return {Package(canonicalize_name(one.name), one.version): one for one in found}
