"""In Python because the suffix stands elsewhere, in the key of the state's backend, which YAML cannot reach."""

from _names import begins_a_name, last_part, names
from _stack import StackCheck, is_literal
from checkov.common.models.enums import CheckCategories


class NamesEndInTheSuffix(StackCheck):
    id = "TAP-NAME-1"
    name = "Every name ends in the environment suffix"
    guideline = "name it {resource-type}-{purpose}-{suffix}; the suffix is the first part of terraform.backend.s3.key"
    category = CheckCategories.CONVENTION

    def holds(self, resource):
        found = [given for given, _ in names(resource.kind, resource.body)]
        if begins_a_name(resource.kind, resource.body):
            return False
        return all(
            is_literal(given) and resource.stack.suffix and last_part(given).endswith(f"-{resource.stack.suffix}")
            for given in found
        )


check = NamesEndInTheSuffix()
