"""Types that have their key in one argument. No policy itself."""

from _stack import StackCheck, shown
from checkov.common.models.enums import CheckCategories


class KeyCheck(StackCheck):
    """Derive with `types` and the `argument` that is a key of this stack."""

    category = CheckCategories.ENCRYPTION
    argument: str

    def violations(self, resource):
        key = resource.body.get(self.argument)
        if not resource.stack.is_own_key(key):
            yield f"{self.argument} is {shown(key)}"
