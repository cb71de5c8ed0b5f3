"""Waivers in policies/waivers.yaml: each suppresses one rule at one construct, with reason, owner and expiry date."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import yaml

from lib.environments import ROOT
from lib.errors import ToolError
from lib.findings.finding import Finding

FILE = ROOT / "policies" / "waivers.yaml"
NOTHING = "tag:yaml.org,2002:null"
KEYS = ("rule", "path", "reason", "owner", "expires")
LONGEST_DAYS = 365
WARNING_DAYS = 30


@dataclass(frozen=True)
class Waiver:
    """One entry. `expires` is the last day on which it is valid.

    `path` is a construct path, with or without the stack's name. The waiver also covers the constructs below the path,
    because one judge may report a bucket and the other the bucket's versioning.
    """

    rule: str
    path: str
    reason: str
    owner: str
    expires: date
    line: int  # line of the entry in the file
    file: str = "policies/waivers.yaml"  # as the reports name it

    def __str__(self) -> str:
        return f"{self.place} ({self.rule} at {self.path})"

    @property
    def place(self) -> str:
        """Return the entry's file and line: `policies/waivers.yaml:12`."""
        return f"{self.file}:{self.line}"

    def covers(self, path: str) -> bool:
        """Return whether the waiver covers a construct. A waiver for a stack covers no construct inside the stack."""
        beneath_stack = path.partition("/")[2]
        return bool(self.path) and (
            self.path in (path, beneath_stack)
            or beneath_stack.startswith(f"{self.path}/")
            or ("/" in self.path and path.startswith(f"{self.path}/"))
        )


@dataclass(frozen=True)
class WaiverResult:
    """The findings after the waivers were applied. A complaint says why a waiver is invalid, and fails the run."""

    remaining: tuple[Finding, ...] = ()
    waived: tuple[tuple[Finding, Waiver], ...] = ()
    complaints: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def utc_today() -> date:
    """Return today's date in UTC, whatever the machine's time zone."""
    return datetime.now(UTC).date()


def apply(
    waivers: Iterable[Waiver],
    findings: Iterable[Finding],
    *,
    today: date,
    known_ids: Collection[str],
    unwaivable: Collection[str],
    known_paths: Collection[str],
    also_found: Iterable[Finding] = (),
    sees_all: bool = True,
) -> WaiverResult:
    """Split `findings` into waived and remaining ones. An invalid waiver suppresses nothing.

    `known_paths` are the checked constructs. `also_found` are the other judge's findings: a waiver that suppresses one
    of these is not unused. With `sees_all=False`, the caller sees only one stack of several. Then unknown paths and
    unused waivers are not reported.
    """
    entries, found = tuple(waivers), tuple(findings)
    anywhere: tuple[Finding, ...] = (*found, *also_found)
    paths = {*known_paths, *(finding.path for finding in anywhere)}
    complaints: list[str] = []
    good: list[Waiver] = []
    for waiver in entries:
        faults = list(_faults(waiver, entries, today, known_ids, unwaivable, paths))
        if not faults and sees_all:
            faults = list(_misses(waiver, anywhere, paths))
        complaints += faults
        if not faults:
            good.append(waiver)
    pairs = [(finding, next((each for each in good if _suppresses(each, finding)), None)) for finding in found]
    return WaiverResult(
        remaining=tuple(finding for finding, waiver in pairs if waiver is None),
        waived=tuple((finding, waiver) for finding, waiver in pairs if waiver is not None),
        complaints=tuple(complaints),
        warnings=tuple(
            f"{waiver} ends on {waiver.expires}, in {(waiver.expires - today).days} days: "
            f"{waiver.owner} must repair the construct before, or renew the waiver"
            for waiver in good
            if (waiver.expires - today).days <= WARNING_DAYS
        ),
    )


def _suppresses(waiver: Waiver, finding: Finding) -> bool:
    return waiver.rule == finding.rule_id and waiver.covers(finding.path)


def _faults(
    waiver: Waiver,
    entries: tuple[Waiver, ...],
    today: date,
    known_ids: Collection[str],
    unwaivable: Collection[str],
    paths: Collection[str],
) -> Iterator[str]:
    """Yield a message for each error in an entry that can be seen without the findings."""
    for key in ("reason", "owner"):
        if not any(character.isalnum() for character in getattr(waiver, key)):
            yield f"{waiver} has no {key}, which is required; add it, or remove the entry"
    if waiver.rule not in known_ids:
        yield f"{waiver} names an unknown rule; correct the id {waiver.rule}, or remove the entry"
    if waiver.rule in unwaivable:
        yield (
            f"{waiver} is not allowed: {waiver.rule} is about encryption, public access or deletion, "
            "and cannot be waived; repair the construct and remove the entry"
        )
    for other in entries:
        if other is not waiver and other.rule == waiver.rule and _same(waiver, other, paths):
            yield f"{waiver} duplicates the entry in line {other.line}; remove one of the two"
            break
    days = (waiver.expires - today).days
    if days < 0:
        yield f"{waiver} expired on {waiver.expires}; repair the construct, or renew the waiver"
    if days > LONGEST_DAYS:
        yield (
            f"{waiver} expires on {waiver.expires}, in {days} days, but {LONGEST_DAYS} are the maximum; "
            "set an earlier date"
        )


def _same(one: Waiver, other: Waiver, paths: Collection[str]) -> bool:
    return one.path == other.path or any(one.covers(path) and other.covers(path) for path in paths)


def _misses(waiver: Waiver, findings: tuple[Finding, ...], paths: Collection[str]) -> Iterator[str]:
    if not any(waiver.covers(path) for path in paths):
        yield f"{waiver} names an unknown construct; correct the path {waiver.path}, or remove the entry"
    elif not any(_suppresses(waiver, finding) for finding in findings):
        yield f"{waiver} is unused, because {waiver.rule} has no finding there; remove the entry"


def read(file: Path = FILE) -> tuple[Waiver, ...]:
    """Return the entries of the file; empty if there is no file. Raises ToolError if it is invalid or ambiguous."""
    if not file.is_file():
        if file.is_symlink() or file.exists():
            raise ToolError(f"{file}: is not a regular file; replace it by the list of waivers")
        return ()
    try:
        document = yaml.compose(file.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise ToolError(f"{file}: is not YAML ({' '.join(str(error).split())}); repair it") from error
    if document is None or document.tag == NOTHING:
        return ()
    if not isinstance(document, yaml.SequenceNode):
        raise ToolError(f"{file}: is not a list; write an entry as `- rule: …`, with the keys {', '.join(KEYS)}")
    return tuple(_waiver(file, number, node) for number, node in enumerate(document.value, start=1))


def _waiver(file: Path, number: int, node: yaml.Node) -> Waiver:
    line = node.start_mark.line + 1
    entry = f"{file}: entry {number} (line {line})"
    if not isinstance(node, yaml.MappingNode):
        raise ToolError(f"{entry} is not a mapping; write it with the keys {', '.join(KEYS)}")
    values: dict[str, str] = {}
    for key_node, value_node in node.value:
        key = str(key_node.value)
        if key not in KEYS:
            raise ToolError(f"{entry} has the unknown key {key!r}; the keys are {', '.join(KEYS)}")
        if key in values:
            raise ToolError(f"{entry} has the key {key} twice; keep one")
        if not isinstance(value_node, yaml.ScalarNode):
            raise ToolError(f"{entry}: {key} is not a string; write one value")
        # The raw text: a date stays a string, and `null` is empty.
        values[key] = "" if value_node.tag == NOTHING else " ".join(value_node.value.split())
    for key in KEYS:
        if key not in values:
            raise ToolError(f"{entry} lacks the key {key}; an entry has {', '.join(KEYS)}")
    return Waiver(
        rule=values["rule"],
        path=values["path"],
        reason=values["reason"],
        owner=values["owner"],
        expires=_date(entry, values["expires"]),
        line=line,
        file=_name(file),
    )


def _name(file: Path) -> str:
    """Return the file's name in messages: relative to the project or the working folder, else with its last folder."""
    if file.is_relative_to(ROOT):
        return file.relative_to(ROOT).as_posix()
    return f"{file.parent.name}/{file.name}" if file.is_absolute() else file.as_posix()


def _date(entry: str, text: str) -> date:
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
            return date.fromisoformat(text)
    except ValueError:
        pass  # 2027-02-30
    raise ToolError(f"{entry}: expires is {text!r}, which is not a date; write it like 2027-03-31")
