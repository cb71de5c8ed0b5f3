"""In Python: a YAML policy for all types makes Checkov check outputs as well, and crash."""

from _stack import StackCheck, blocks, is_false, shown


class NoLifecycleForbidsDestruction(StackCheck):
    id = "TAP-DEL-2"
    name = "No lifecycle forbids destruction"
    guideline = "remove lifecycle.prevent_destroy, or set it to false"

    def violations(self, resource):
        for lifecycle in blocks(resource.body.get("lifecycle")):
            value = lifecycle.get("prevent_destroy")
            if value is not None and not is_false(value):
                yield f"lifecycle.prevent_destroy is {shown(value)}"


check = NoLifecycleForbidsDestruction()
