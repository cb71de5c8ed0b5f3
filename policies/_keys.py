"""Base class for types that name their encryption key in one argument. Not a policy."""

from _stack import StackCheck, shown
from checkov.common.models.enums import CheckCategories


class KeyCheck(StackCheck):
    """Base of checks of one key argument: set `types` and `argument`, which must be a key of this stack."""

    category = CheckCategories.ENCRYPTION
    argument: str

    def violations(self, resource):
        key = resource.body.get(self.argument)
        if not resource.stack.is_own_key(key):
            yield f"{self.argument} is {shown(key)}"
