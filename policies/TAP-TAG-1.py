"""In Python: Checkov's list of taggable types lacks some of the provider's types."""

from _conventions import TAGS
from _provider import TYPES
from _stack import StackCheck, blocks, is_literal, shown
from checkov.common.models.enums import CheckCategories


class ResourcesCarryTheRequiredTags(StackCheck):
    # The provider's default_tags do not count: somebody could remove them all in one place.
    id = "TAP-TAG-1"
    name = "Every taggable resource has the required tags"
    guideline = f"add the tags {', '.join(TAGS)}, each with a literal value"
    category = CheckCategories.CONVENTION

    def violations(self, resource):
        tags = tags_of(resource)
        for name in TAGS if tags is not None else ():
            if not is_literal(tags.get(name)) or not tags[name].strip():
                yield f"the tag {name} is {shown(tags.get(name))}"


def tags_of(resource):
    """Return tag name -> value, or None for a type without tags."""
    if resource.kind == "aws_autoscaling_group":  # this type has `tag` blocks instead
        return {tag.get("key"): tag.get("value") for tag in blocks(resource.body.get("tag"))}
    if not TYPES.get(resource.kind, {}).get("tags"):
        return None
    tags = resource.body.get("tags")
    return tags if isinstance(tags, dict) else {}


check = ResourcesCarryTheRequiredTags()
