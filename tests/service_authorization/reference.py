"""The reader of services.jsonl: what AWS's service-authorization reference says of an action.

docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("services.jsonl")
# What AWS's lists leave open in an ARN or a key: `${TagKey}`, `<key>`.
OPEN = re.compile(r"\$\{[^}]+\}|<[^>]+>")
# Tags are a resource of API Gateway's own, which the actions' lists leave out:
# docs.aws.amazon.com/apigateway/latest/developerguide/arn-format-reference.html
TAGS = "arn:${Partition}:apigateway:${Region}::/tags/${UrlEncodedResourceARN}"
UNLISTED_TYPES = {f"apigateway:{method}": {"Tags": TAGS} for method in ("POST", "DELETE", "GET")}


@dataclass(frozen=True)
class Action:
    """ARN formats by resource type, and the condition keys that requests for it carry."""

    name: str
    arns: Mapping[str, str]
    keys: frozenset[str]

    def sends(self, key: str) -> bool:
        """Whether a request has the key; `${TagKey}` and the like in AWS's list stand for any text."""
        return any(_pattern(listed).fullmatch(key) for listed in self.keys)

    def about(self, arn: str) -> bool:
        """Whether an ARN, or a pattern of one, has the form of one of its resource types."""
        return any(matches(listed, arn) for listed in self.arns.values())


def find(name: str) -> Action | None:
    """None for an action that AWS does not have, spelled exactly. Raises KeyError for a service not in the file."""
    prefix, _, action = name.partition(":")
    if prefix not in _services():
        raise KeyError(f"{name}: add {prefix!r} to PREFIXES in tests/service_authorization/generate.py, and run it")
    service = _services()[prefix]
    if action not in service["actions"]:
        return None
    types, keys = service["actions"][action]
    resources = service["resources"]
    # Some types are another service's: sts:AssumeRole is about iam's role.
    known = {type_: resources[type_][0] for type_ in types if type_ in resources}
    known |= UNLISTED_TYPES.get(name, {})
    of_types = {key for type_ in known if type_ in resources for key in resources[type_][1]}
    return Action(name, known, frozenset({*keys, *of_types}))


def names(prefix: str) -> list[str]:
    """Every action of a service."""
    return [f"{prefix}:{name}" for name in _services()[prefix]["actions"]]


def matches(listed: str, arn: str) -> bool:
    """Whether an ARN, or a pattern of ARNs, fits a format: `arn:${Partition}:sqs:${Region}:${Account}:${QueueName}`.

    Both are cut at the first five colons. What AWS leaves open must not be empty, and what AWS leaves empty must be.
    """
    formats, parts = listed.split(":", 5), arn.split(":", 5)
    if len(parts) != 6 or (formats[5] == "${BucketName}" and "/" in parts[5]):
        return False
    heads = zip(formats[:5], parts[:5], strict=True)
    return all(_fits(format_, part) for format_, part in heads) and _meet(_glob(formats[5]), parts[5])


def _fits(format_: str, part: str) -> bool:
    return bool(part) if format_.startswith("${") else part in (format_, "*" if format_ else "")


def _glob(listed: str) -> str:
    """A format as a glob: an open place is at least one character."""
    return "?*".join(OPEN.split(listed))


@cache
def _meet(first: str, second: str) -> bool:
    """Whether some text matches both globs."""
    if not first or not second:
        return not (first + second).strip("*")
    if first[0] == "*":
        return _meet(first[1:], second) or _meet(first, second[1:])
    if second[0] == "*":
        return _meet(first, second[1:]) or _meet(first[1:], second)
    return (first[0] == second[0] or "?" in (first[0], second[0])) and _meet(first[1:], second[1:])


@cache
def _pattern(listed: str) -> re.Pattern[str]:
    return re.compile("(.+?)".join(re.escape(part) for part in OPEN.split(listed)), re.IGNORECASE)


@cache
def _services() -> Mapping[str, Mapping[str, Mapping[str, list]]]:  # type: ignore[type-arg]
    found = [json.loads(line) for line in FILE.read_text().splitlines()]
    return {service["prefix"]: service for service in found if "prefix" in service}
