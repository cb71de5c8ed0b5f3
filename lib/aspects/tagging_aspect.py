"""The aspect that tags all taggable resources, before the rules are checked."""

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
    """Adds the stack's tags to every taggable resource; a resource's own tags win.

    The aspect cannot add tags if a resource's tags are a single expression. TAP-TAG-1 reports such a resource.
    """

    def __init__(self, tags: Mapping[str, str]) -> None:
        self._tags = dict(tags)

    def visit(self, node: IConstruct) -> None:
        if not isinstance(node, TerraformResource):
            return
        if hasattr(type(node), "tags_all"):  # checked on the class, because reading the object would call Node
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
    """Return the attributes of a resource as they will be synthesized, including overrides."""
    by_id = resource.to_terraform()["resource"][resource.terraform_resource_type]
    attributes: Attributes = next(iter(by_id.values()))
    return attributes
