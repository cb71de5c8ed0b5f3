"""In Python because Checkov's own list of types that take tags, `taggable`, leaves out some of the provider's."""

from _conventions import TAGS
from _provider import TYPES
from _stack import StackCheck, blocks, is_literal, shown
from checkov.common.models.enums import CheckCategories


class ResourcesCarryTheRequiredTags(StackCheck):
    # The provider's default_tags do not count: they are taken away in one place, unseen here.
    id = "TAP-TAG-1"
    name = "Every taggable resource carries the required tags"
    guideline = f"give it the tags {', '.join(TAGS)}, each with a text that is written out"
    category = CheckCategories.CONVENTION

    def violations(self, resource):
        tags = tags_of(resource)
        for name in TAGS if tags is not None else ():
            if not is_literal(tags.get(name)) or not tags[name].strip():
                yield f"the tag {name} is {shown(tags.get(name))}"


def tags_of(resource):
    """Name -> value; None for what takes no tags."""
    if resource.kind == "aws_autoscaling_group":  # it has blocks instead
        return {tag.get("key"): tag.get("value") for tag in blocks(resource.body.get("tag"))}
    if not TYPES.get(resource.kind, {}).get("tags"):
        return None
    tags = resource.body.get("tags")
    return tags if isinstance(tags, dict) else {}


check = ResourcesCarryTheRequiredTags()
