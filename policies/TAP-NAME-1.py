"""In Python: the suffix comes from the key of the state backend, which a YAML policy cannot read."""

from _metrics import namespaces
from _names import last_part, names, prefixes
from _stack import StackCheck, is_literal, shown
from checkov.common.models.enums import CheckCategories


class NamesEndInTheSuffix(StackCheck):
    id = "TAP-NAME-1"
    name = "Every name, and every namespace of custom metrics, ends in the environment suffix"
    guideline = "name it {resource-type}-{purpose}-{suffix}; the suffix is the first part of terraform.backend.s3.key"
    category = CheckCategories.CONVENTION

    def violations_outside(self, stack):
        return () if stack.suffix else (("", "the key of the state backend is not {suffix}/{namespace}.tfstate"),)

    def violations(self, resource):
        suffix = resource.stack.suffix
        yield from (f"{argument} is set, not the name" for argument in prefixes(resource.kind, resource.body))
        for given, _ in names(resource.kind, resource.body):
            if not is_literal(given) or not suffix or not last_part(given).endswith(f"-{suffix}"):
                yield f"the name {shown(given)} does not end in -{suffix or '{suffix}'}"
        for given in namespaces(resource.kind, resource.body):
            if not suffix or given != f"Payments/{suffix}":
                yield f"the metric namespace is {shown(given)}, not Payments/{suffix or '{suffix}'}"


check = NamesEndInTheSuffix()
