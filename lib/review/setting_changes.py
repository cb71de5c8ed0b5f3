"""Compares the resources and arguments of two stacks, and sorts the differences into topics such as encryption."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lib.aspects.terraform_json import Resource, StackView, format_value
from lib.aspects.types import classified
from lib.review.labels import label_of, text_of

# Rule family that checks an argument -> topic on the page.
TOPICS = {
    "ENC": "encryption",
    "NET": "exposure",
    "REC": "retention",
    "DEL": "retention",
    "OBS": "alarms",
    "IAM": "access",
}
RETENTION = ("TAP-RUN-5",)
ALARM_TYPES = ("aws_cloudwatch_metric_alarm", "aws_cloudwatch_composite_alarm")
IGNORED = {"//", "depends_on", "lifecycle", "provider"}


@dataclass(frozen=True, order=True)
class SettingChange:
    """A changed argument, or a whole resource if `argument` is empty. `before` and `after` are texts; "" is missing."""

    topic: str
    resource: str
    argument: str
    before: str
    after: str


def compare_settings(before: StackView, after: StackView) -> list[SettingChange]:
    """Return all differences, each with a topic: that of the rule which checks the argument, else `settings`."""
    old, new = _by_label(before), _by_label(after)
    changes = []
    for label in sorted(old.keys() | new.keys()):
        one, other = old.get(label), new.get(label)
        if one is None or other is None:
            kind = "alarms" if label.partition(" ")[0] in ALARM_TYPES else "resources"
            changes.append(SettingChange(kind, label, "", "declared" if one else "", "declared" if other else ""))
            continue
        settings, others = dict(_settings(before, one)), dict(_settings(after, other))
        changes += [
            SettingChange(_topic(one.type, path), label, path, settings.get(path, ""), others.get(path, ""))
            for path in sorted(settings.keys() | others.keys())
            if settings.get(path) != others.get(path)
        ]
    return sorted(changes)


def _by_label(stack: StackView) -> dict[str, Resource]:
    """Return label -> resource. If two resources have the same label, the construct path follows the label."""
    labels = Counter(label_of(resource) for resource in stack.resources)
    return {
        label if labels[label := label_of(resource)] == 1 else f"{label} ({resource.path.partition('/')[2]})": resource
        for resource in stack.resources
    }


def _settings(stack: StackView, resource: Resource) -> Iterator[tuple[str, str]]:
    """Yield (dotted path, value as text) of every argument. Several blocks of one name are numbered."""
    attributes = {name: value for name, value in resource.attributes.items() if name not in IGNORED}
    return _flat(stack, attributes, "")


def _flat(stack: StackView, value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _flat(stack, inner, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list) and any(isinstance(item, Mapping) for item in value):
        for number, item in enumerate(value):
            yield from _flat(stack, item, path if len(value) == 1 else f"{path}[{number}]")
    elif value is not None:
        # Policies are not compared here, but by their grants. A list with one value equals this value.
        items = [text_of(stack, item) if isinstance(item, str) else format_value(item) for item in _items(value)]
        yield path, ", ".join(items)


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _topic(type_: str, path: str) -> str:
    if type_ in ALARM_TYPES:
        return "alarms"
    plain = "".join(part for part in path.replace("]", "[").split("[")[::2])
    of_type = classified(type_)
    argument = of_type.argument(plain) if of_type else None
    rule = argument.checked_by if argument else ""
    return "retention" if rule in RETENTION else TOPICS.get(rule.split("-")[1] if rule else "", "settings")
