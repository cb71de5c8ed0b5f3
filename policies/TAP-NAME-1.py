"""In Python: the suffix comes from the path of the state, which a YAML policy cannot read."""

from _conventions import NAME, STATE, expected_name, has_suffix, namespace
from _metrics import namespaces
from _names import last_part, names, prefixes
from _stack import StackCheck, is_literal, shown
from checkov.common.models.enums import CheckCategories


class NamesEndInTheSuffix(StackCheck):
    id = "TAP-NAME-1"
    name = "Every name, and every namespace of custom metrics, has the environment suffix"
    guideline = f"use a name of the form {NAME}; the suffix is part of the state's path, {STATE['form']}"
    category = CheckCategories.CONVENTION

    def violations_outside(self, stack):
        return () if stack.suffix else (("", f"the {STATE['path']} of the state backend is not {STATE['form']}"),)

    def violations(self, resource):
        suffix = resource.stack.suffix
        yield from (f"{argument} is set instead of the name" for argument in prefixes(resource.kind, resource.body))
        for given, word in names(resource.kind, resource.body):
            if not is_literal(given) or not has_suffix(last_part(given), suffix):
                yield f"the name {shown(given)} lacks the suffix of {expected_name(word, suffix)}"
        for given in namespaces(resource.kind, resource.body):
            if not suffix or given != namespace(suffix):
                yield f"the metric namespace is {shown(given)}, not {namespace(suffix)}"


check = NamesEndInTheSuffix()
