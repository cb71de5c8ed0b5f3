"""In Python: a YAML policy needs fixed paths, and this policy searches arguments at any depth of any type."""

from _stack import StackCheck, arguments, is_false, shown

PROTECTIONS = (
    "delete_protection",
    "deletion_protection",
    "deletion_protection_enabled",
    "disable_api_stop",
    "disable_api_termination",
    "enable_deletion_protection",
    "managed_termination_protection",
    "mutation_protection",
    "termination_protection",
    "termination_protection_enabled",
)
# Strings with which Cognito and ECS say false.
OFF = ("DISABLED", "INACTIVE")
# Types that AWS protects by default.
MUST_SAY = {"aws_cloudtrail_event_data_store": "termination_protection_enabled"}


class NothingIsProtectedAgainstDeletion(StackCheck):
    id = "TAP-DEL-1"
    name = "Nothing is protected against deletion"
    guideline = "set the deletion or termination protection to false"

    def violations(self, resource):
        must = MUST_SAY.get(resource.kind)
        if must and must not in resource.body:
            yield f"{must} is not set; by default AWS protects the resource"
        for argument, value in arguments(resource.body):
            if argument in PROTECTIONS and not (is_false(value) or value in OFF):
                yield f"{argument} is {shown(value)}"


check = NothingIsProtectedAgainstDeletion()
