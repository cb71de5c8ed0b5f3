"""The TAG rule: tags show the owner, project and environment of a resource (tagging_aspect.py adds them)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from lib.aspects.model import StackRule
from lib.aspects.provider.data import FACTS
from lib.aspects.terraform_json import Attributes, Resource, StackView, blocks, format_value, literal
from lib.findings.finding import Severity

# Types with `tags` and `tags_all`.
TAGGABLE: Final = frozenset(type_ for type_, facts in FACTS.items() if facts.get("tags"))
# A type with `tag` blocks instead of `tags`, because each tag says whether AWS copies it to instances.
TAG_BLOCKS = "aws_autoscaling_group"


def _tagged(stack: StackView) -> Iterator[tuple[str, str]]:
    for resource in stack.of(TAG_BLOCKS, *TAGGABLE):
        for message in _missing(resource, stack.conventions.required_tags):
            yield resource.path, message


def _missing(resource: Resource, required: tuple[str, ...]) -> Iterator[str]:
    tags = _tag_blocks(resource.attributes) if resource.type == TAG_BLOCKS else resource.attributes.get("tags")
    if not isinstance(tags, Mapping):
        yield f"tags are {format_value(tags)}; expected {', '.join(required)}"
        return
    for name in required:
        value = literal(tags.get(name))
        if not isinstance(value, str) or not value.strip():
            yield f"tag {name} is {format_value(tags.get(name))}; expected a literal that is not empty"


def _tag_blocks(attributes: Attributes) -> dict[str, Any]:
    return {str(block.get("key")): block.get("value") for block in blocks(attributes, "tag")}


TAGGED = StackRule(
    id="TAP-TAG-1",
    title="Every taggable resource has the required tags",
    why="Every resource in a bill, an inventory or an incident then has an owner, even without default_tags.",
    severity=Severity.MEDIUM,
    controls=("PCI DSS 4.0.1 12.5.1", "Well-Architected COST03-BP02"),
    resource_types=(TAG_BLOCKS, *sorted(TAGGABLE)),
    waivable=True,
    fix="pass the tags to decorate (for TapStack: default_tags); do not set a resource's tags to an expression",
    source="https://docs.aws.amazon.com/whitepapers/latest/tagging-best-practices/tagging-best-practices.html",
    check=_tagged,
)

RULES = (TAGGED,)
