"""Reads the classification: the types and arguments that a stack may contain, in one TOML file for each service.

`policies/README.md` describes how to add a type. A file contains, for each type:

    [aws_sqs_queue]
    holds_data = true                                  # missing if the type holds no data
    attributes = { arn = "arn", url = "url" }          # attributes that may be referenced -> meaning

    [aws_sqs_queue.arguments]
    delay_seconds = "free"                             # no effect on any rule
    "default_action.allow" = "block"                   # an empty block
    kms_master_key_id = "TAP-ENC-4"                    # checked by this rule
    fifo_throughput_limit = ["perQueue"]               # only these literals
    visibility_timeout_seconds = { minimum = 0, maximum = 43200 }
    concurrency = { only = [-1], minimum = 1 }         # one of these literals, or a number within the bounds
    "block.flag" = { only = [true], required = true, rule = "TAP-NET-4" }
    "block.subnet_ids" = { refers_to = ["aws_subnet"] }
    role = { refers_to = ["aws_iam_role"], meaning = "arn" }   # needed if the name does not end in arn or url
    "tags.*" = "free"                                  # every key of a map, or a whole subtree

The name of a data source begins with `data.`: `["data.aws_region"]`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
UNCLASSIFIED = "TAP-DOC-5"
FREE = "free"
BLOCK = "block"


@dataclass(frozen=True)
class Argument:
    """The classification of one argument. A violation of it is a finding of `rule`.

    `checked_by` names the rule that checks the value; all other fields are then empty. A value is allowed if it is one
    of `only`, refers to a type of `refers_to` (by an attribute with that `meaning`, if the argument's name does not
    show it), or is a number within the bounds. If `required`, every enclosing block must have the argument or block.
    """

    path: str
    checked_by: str = ""
    only: tuple[Any, ...] = ()
    refers_to: tuple[str, ...] = ()
    meaning: str = ""
    minimum: float | None = None
    maximum: float | None = None
    required: bool = False
    rule: str = UNCLASSIFIED
    is_block: bool = False

    @property
    def is_bounded(self) -> bool:
        """Return True if the argument allows numbers within bounds."""
        return self.minimum is not None or self.maximum is not None


@dataclass(frozen=True)
class ResourceType:
    """A classified type. `attributes`: attribute -> meaning (arn, id, name, url, dns, version, number, policy)."""

    name: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    arguments: Mapping[str, Argument] = field(default_factory=dict)
    holds_data: bool = False

    def argument(self, path: str) -> Argument | None:
        """Return the classification of an argument by its dotted path, or of the subtree that contains it."""
        if path in self.arguments:
            return self.arguments[path]
        steps = path.split(".")
        for length in range(len(steps) - 1, 0, -1):
            subtree = ".".join(steps[:length]) + ".*"
            if subtree in self.arguments:
                return self.arguments[subtree]
        return None

    def has_arguments_below(self, path: str) -> bool:
        """Return True if the path is a block with classified arguments."""
        return path in self._blocks

    @cached_property
    def _blocks(self) -> frozenset[str]:
        """Return the paths of all blocks with classified arguments."""
        steps = (name.split(".") for name in self.arguments)
        return frozenset(".".join(path[:end]) for path in steps for end in range(1, len(path)))


def classified(type_: str) -> ResourceType | None:
    """Return the classification of a type or data source (`data.aws_region`); None if it is not classified."""
    file = _file_of(type_)
    return _read(file)[type_] if file else None


def all_types() -> dict[str, ResourceType]:
    """Return every classified type."""
    return {name: of_type for file in sorted(HERE.glob("*.toml")) for name, of_type in _read(file).items()}


@cache
def _texts() -> dict[Path, str]:
    return {file: file.read_text(encoding="utf-8") for file in sorted(HERE.glob("*.toml"))}


@cache
def _file_of(type_: str) -> Path | None:
    # Parsing all files would take too long, so only files with the header of a needed type are parsed.
    headers = (f"[{type_}]\n", f'["{type_}"]\n')
    return next((file for file, text in _texts().items() if any(header in text for header in headers)), None)


@cache
def _read(file: Path) -> dict[str, ResourceType]:
    return {name: _resource_type(name, entry) for name, entry in tomllib.loads(_texts()[file]).items()}


def _resource_type(name: str, entry: Mapping[str, Any]) -> ResourceType:
    return ResourceType(
        name=name,
        attributes=entry.get("attributes", {}),
        arguments={path: argument(path, value) for path, value in entry.get("arguments", {}).items()},
        holds_data=entry.get("holds_data", False),
    )


def argument(path: str, value: Any) -> Argument:
    """Return the classification in an argument's TOML entry. Raises TypeError or AttributeError for a wrong entry."""
    if isinstance(value, str):
        return Argument(path, is_block=value == BLOCK, checked_by="" if value in (FREE, BLOCK) else value)
    if isinstance(value, list):
        return Argument(path, only=tuple(value))
    fields: dict[str, Any] = {key: tuple(each) if isinstance(each, list) else each for key, each in value.items()}
    fields.pop("source", None)  # only for readers
    return Argument(path, **fields)
