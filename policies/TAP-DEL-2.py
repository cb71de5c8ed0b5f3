"""In Python because it judges any type; a YAML policy without types makes Checkov judge outputs too, and crash."""

from _stack import StackCheck, blocks, is_false


class NoLifecycleForbidsDestruction(StackCheck):
    id = "TAP-DEL-2"
    name = "No lifecycle forbids destruction"
    guideline = "take lifecycle.prevent_destroy away, or set it to false"

    def holds(self, resource):
        lifecycles = resource.body.get("lifecycle")
        return all(
            lifecycle.get("prevent_destroy") is None or is_false(lifecycle["prevent_destroy"])
            for lifecycle in blocks(lifecycles)
        ) and not isinstance(lifecycles, str)


check = NoLifecycleForbidsDestruction()
