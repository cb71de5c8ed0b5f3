"""In Python: the suffix comes from the path of the state, which a YAML policy cannot read."""

from _conventions import NAME, expected_name, is_name
from _names import last_part, names
from _stack import StackCheck, is_literal, shown
from checkov.common.models.enums import CheckCategories


class NamesSayTypeAndPurpose(StackCheck):
    id = "TAP-NAME-2"
    name = f"Every name has the form {NAME}"
    guideline = f"use a name of the form {NAME}, in lower case"
    category = CheckCategories.CONVENTION

    def violations(self, resource):
        suffix = resource.stack.suffix
        for given, word in names(resource.kind, resource.body):
            # TAP-NAME-1 reports a name that is missing, has no suffix, or is not a literal.
            if is_literal(given) and not is_name(last_part(given), word, suffix):
                yield f"the name is {shown(given)}, not {expected_name(word, suffix)}"


check = NamesSayTypeAndPurpose()
