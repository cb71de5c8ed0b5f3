"""The aspect that changes: it tags what can be tagged, before the judge looks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jsii
from cdktf import IAspect, TerraformResource
from constructs import IConstruct

from lib.aspects.tagging import TAG_BLOCKS, TAGGABLE
from lib.aspects.terraform_json import Attributes, blocks


@jsii.implements(IAspect)
class TaggingAspect:
    """Puts the stack's tags on every resource that can carry them; a resource's own tags win.

    Tags that are one expression as a whole cannot be added to: they stay, and the rule finds them.
    """

    def __init__(self, tags: Mapping[str, str]) -> None:
        self._tags = dict(tags)

    def visit(self, node: IConstruct) -> None:
        if not isinstance(node, TerraformResource):
            return
        if hasattr(type(node), "tags_all"):  # on the class: asking the object would ask Node
            typed: Any = node
            own = typed.tags_input or {}
            if not any("TfToken[" in key for key in own):
                typed.tags = {**self._tags, **own}
        elif node.terraform_resource_type == TAG_BLOCKS:
            self._add_blocks(node)
        elif node.terraform_resource_type in TAGGABLE:  # TerraformResource itself, which has no property `tags`
            given = _attributes(node).get("tags") or {}
            if isinstance(given, Mapping):
                node.add_override("tags", {**self._tags, **given})

    def _add_blocks(self, group: TerraformResource) -> None:
        own = blocks(_attributes(group), "tag")
        keys = {block.get("key") for block in own}
        added = [
            {"key": key, "value": value, "propagate_at_launch": True}
            for key, value in self._tags.items()
            if key not in keys
        ]
        group.add_override("tag", [*own, *added])


def _attributes(resource: TerraformResource) -> Attributes:
    """The attributes of one resource as they will be synthesized, its overrides included."""
    by_id = resource.to_terraform()["resource"][resource.terraform_resource_type]
    attributes: Attributes = next(iter(by_id.values()))
    return attributes
