"""The locks pin what their inputs ask for, and the list of licences has every package that they name."""

from __future__ import annotations

import re

from packaging.requirements import Requirement

from lib.environments import ENVIRONMENTS, ROOT

LIST = ROOT / "requirements" / "licenses.md"


def test_each_lock_pins_what_its_input_asks_for() -> None:
    """A requirement that was added, or bounded, without `make lock` fails here."""
    for lock in ENVIRONMENTS:
        pins: dict[str, list[str]] = {}
        for line in (ROOT / "requirements" / f"{lock}.txt").read_text().splitlines():
            if line[:1].isalnum():
                pinned = Requirement(line.removesuffix("\\"))
                pins.setdefault(pinned.name, []).append(str(pinned.specifier).removeprefix("=="))
        for line in (ROOT / "requirements" / f"{lock}.in").read_text().splitlines():
            if line and not line.startswith("#"):
                asked = Requirement(line)
                found = pins.get(asked.name.lower(), [])
                assert any(asked.specifier.contains(version, prereleases=True) for version in found), (lock, line)


def test_every_package_of_every_lock_is_in_the_list() -> None:
    """Counted by another reading of the locks than lib/dependencies has."""
    locks = ((ROOT / "requirements" / f"{lock}.txt").read_text() for lock in ENVIRONMENTS)
    pins = {pin for lock in locks for pin in re.findall(r"^([a-z0-9-]+)(?:\[[a-z,]+\])?==(\S+)", lock, re.MULTILINE)}
    rows = set(re.findall(r"^\| (\S+) \| (\S+) \| [^|]+ \| [^|]+ \|$", LIST.read_text(), re.MULTILINE))
    assert len(pins) > 200
    assert pins == rows - {("package", "version")}
