"""In Python because the suffix stands elsewhere, in the path of the state, which YAML cannot reach."""

from _conventions import NAME, expected_name, is_name
from _names import last_part, names
from _stack import StackCheck, is_literal, shown
from checkov.common.models.enums import CheckCategories


class NamesSayTypeAndPurpose(StackCheck):
    id = "TAP-NAME-2"
    name = f"Every name is {NAME}"
    guideline = f"name it {NAME}, in lower case"
    category = CheckCategories.CONVENTION

    def violations(self, resource):
        suffix = resource.stack.suffix
        for given, word in names(resource.kind, resource.body):
            # A name that is missing or not written out, or has no suffix, is TAP-NAME-1's finding.
            if is_literal(given) and not is_name(last_part(given), word, suffix):
                yield f"the name {shown(given)}, where {expected_name(word, suffix)} is expected"


check = NamesSayTypeAndPurpose()
