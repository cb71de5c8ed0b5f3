"""In Python because it looks for arguments at any depth of any type, and YAML needs to be told where."""

from _stack import StackCheck, arguments, is_false

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
# How Cognito and ECS say false.
OFF = ("INACTIVE", "DISABLED")
# Protected unless told otherwise.
MUST_SAY = {
    "aws_cloudtrail_event_data_store": "termination_protection_enabled",
    "aws_neptunegraph_graph": "deletion_protection",
    "aws_qldb_ledger": "deletion_protection",
}


class NothingIsProtectedAgainstDeletion(StackCheck):
    id = "TAP-DEL-1"
    name = "Nothing is protected against deletion"
    guideline = "set the deletion or termination protection to false"

    def holds(self, resource):
        if resource.kind in MUST_SAY and resource.body.get(MUST_SAY[resource.kind]) is None:
            return False
        return all(
            is_false(value) or value in OFF for argument, value in arguments(resource.body) if argument in PROTECTIONS
        )


check = NothingIsProtectedAgainstDeletion()
