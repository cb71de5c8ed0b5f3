"""Lists the licence of every package in the locks, and checks each against requirements/licenses.toml.

A licence is an SPDX expression (https://spdx.org/licenses/). It comes from the metadata of the installed package. If
this machine has not installed a package, for example because it is for another platform, the package keeps the
licence that requirements/licenses.md already states.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import Distribution
from pathlib import Path
from typing import Any

from license_expression import ExpressionError, get_spdx_licensing

from lib.dependencies import locks
from lib.dependencies.locks import Package
from lib.environments import ENVIRONMENTS
from lib.errors import ToolError

POLICY_FILE = locks.REQUIREMENTS / "licenses.toml"
LIST_FILE = locks.REQUIREMENTS / "licenses.md"
UNKNOWN = "unknown"
HEAD = """\
# Licences of the dependencies

Every package that a lock in `requirements/` names. `make licenses` writes this list from the metadata of the installed
packages, and checks it against `licenses.toml`.

| package | version | licence | locks |
|---|---|---|---|
"""

spdx = get_spdx_licensing()


@dataclass(frozen=True)
class Row:
    """A package, its licence or `unknown`, and the locks that name it."""

    package: Package
    licence: str
    locks: tuple[str, ...]


def read_policy(file: Path = POLICY_FILE) -> Mapping[str, Any]:
    """Return the tables `allowed`, `spelling` and `stated` of a policy file. Raises ToolError if one is missing."""
    try:
        policy = tomllib.loads(file.read_text())
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ToolError(f"{file} cannot be read: {error}; give it the form of {POLICY_FILE}") from error
    if lacking := [table for table in ("allowed", "spelling", "stated") if table not in policy]:
        raise ToolError(f"{file} has no table {lacking[0]}; give it the form of {POLICY_FILE}")
    return policy


def rows(policy: Mapping[str, Any]) -> list[Row]:
    """Return a row for every package of every lock, sorted by name and version."""
    named: dict[Package, list[str]] = {}
    for lock in sorted(ENVIRONMENTS):
        for package in locks.packages(lock):
            named.setdefault(package, []).append(lock)
    before = read_list()
    return [
        Row(package, _licence(package, of_package, policy) or before.get(package, UNKNOWN), tuple(of_package))
        for package, of_package in sorted(named.items())
    ]


def _licence(package: Package, of_package: list[str], policy: Mapping[str, Any]) -> str | None:
    """Return the licence in licenses.toml, else that in the installed metadata; None if nothing is installed.

    A lock may pin two versions of a package for two versions of Python. The licence of the installed version then
    counts for both.
    """
    if package.name in policy["stated"]:
        return str(policy["stated"][package.name]["license"])
    for lock in of_package:
        others = [other for other in locks.packages(lock) if other.name == package.name]
        for version in (package, *others):
            if distribution := locks.installed(lock).get(version):
                return from_metadata(distribution, policy["spelling"])
    return None


def from_metadata(distribution: Distribution, spelling: Mapping[str, str]) -> str:
    """Return the SPDX expression of an installed package, or `unknown` if its metadata has none, or more than one.

    `spelling`: licence as packages write it -> SPDX expression.
    """
    metadata = distribution.metadata
    if expression := metadata.get("License-Expression"):
        return str(expression)
    field = " ".join((metadata.get("License") or "").split())
    if _is_expression(field) or field in spelling:
        return spelling.get(field, field)
    classifiers = {
        text.rpartition(" :: ")[2] for text in metadata.get_all("Classifier") or () if text.startswith("License ::")
    }
    found = {spelling[one] for one in classifiers if one in spelling}
    return found.pop() if len(found) == 1 else UNKNOWN


def _is_expression(text: str) -> bool:
    try:
        return bool(text) and spdx.parse(text, validate=True, strict=True) is not None
    except ExpressionError:
        return False


def violations(found: list[Row], policy: Mapping[str, Any]) -> Iterator[str]:
    """Yield a line for each licence that is unknown, or not allowed in one of the package's locks."""
    for row in found:
        named = f"{row.package.name} {row.package.version}"
        if row.licence == UNKNOWN:
            yield (
                f"{named} ({', '.join(row.locks)}): its licence is unknown; make its environment with "
                f"python -m lib.environments {row.locks[0]}, or state the licence in {POLICY_FILE.name} with its source"
            )
            continue
        for lock in row.locks:
            if not is_allowed(row.licence, policy["allowed"].get(lock, policy["allowed"]["tools"])):
                yield (
                    f"{named}: {row.licence} is not allowed in {lock}; use another package, or allow the licence for "
                    f"{lock} in {POLICY_FILE.name}"
                )


def is_allowed(licence: str, allowed: list[str]) -> bool:
    """Return whether the SPDX expression is allowed: one part of `A OR B`, both of `A AND B`.

    A licence that SPDX does not list is not allowed.
    """
    if not _is_expression(licence):
        return False
    return _holds(spdx.parse(licence), frozenset(allowed))


def _holds(expression: Any, allowed: frozenset[str]) -> bool:
    match expression.operator.strip() if hasattr(expression, "operator") else None:
        case "OR":
            return any(_holds(one, allowed) for one in expression.args)
        case "AND":
            return all(_holds(one, allowed) for one in expression.args)
    return str(expression) in allowed


def read_list() -> dict[Package, str]:
    """Return package -> licence, as requirements/licenses.md states it, without unknown licences."""
    text = LIST_FILE.read_text() if LIST_FILE.exists() else ""
    found = re.findall(r"^\| (\S+) \| (\S+) \| ([^|]+) \| [^|]+ \|$", text, re.MULTILINE)
    return {Package(name, version): licence for name, version, licence in found if licence != UNKNOWN}


def render(found: list[Row]) -> str:
    """Return the text of requirements/licenses.md."""
    lines = (
        f"| {row.package.name} | {row.package.version} | {row.licence} | {', '.join(row.locks)} |" for row in found
    )
    return HEAD + "".join(f"{line}\n" for line in lines)
