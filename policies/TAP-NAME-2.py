"""In Python: the suffix comes from the key of the state backend, which a YAML policy cannot read."""

import re

from _names import last_part, names
from _stack import StackCheck, is_literal, shown
from checkov.common.models.enums import CheckCategories


class NamesSayTypeAndPurpose(StackCheck):
    id = "TAP-NAME-2"
    name = "Every name is {resource-type}-{purpose}-{suffix}"
    guideline = "name it {resource-type}-{purpose}-{suffix}, in lower case, for example dynamodb-transactions-dev"
    category = CheckCategories.CONVENTION

    def violations(self, resource):
        suffix = resource.stack.suffix
        for given, word in names(resource.kind, resource.body):
            # TAP-NAME-1 reports a name that is missing, has no suffix, or is not a literal.
            if is_literal(given):
                form = f"{word or '[a-z][a-z0-9]*'}(-[a-z0-9]+)+"
                if not re.fullmatch(form, last_part(given).removesuffix(f"-{suffix}")):
                    yield f"the name {shown(given)}, not {word or '{resource-type}'}-{{purpose}}-{suffix}"


check = NamesSayTypeAndPurpose()
