"""In Python because it looks for arguments at any depth of any type, and YAML needs to be told where."""

from _stack import StackCheck, arguments, shown

# Days; AWS allows no fewer.
SHORTEST = {"deletion_window_in_days": 7, "permanent_deletion_time_in_days": 7, "recovery_window_in_days": 0}
# These wait for thirty days unless told otherwise.
MUST_SAY = {
    "aws_kms_external_key": "deletion_window_in_days",
    "aws_kms_key": "deletion_window_in_days",
    "aws_kms_replica_external_key": "deletion_window_in_days",
    "aws_kms_replica_key": "deletion_window_in_days",
    "aws_secretsmanager_secret": "recovery_window_in_days",
}


class WaitingPeriodsAreTheShortest(StackCheck):
    id = "TAP-DEL-6"
    name = "Waiting periods before deletion are AWS's shortest"
    guideline = "set deletion_window_in_days to 7, recovery_window_in_days to 0"

    def violations(self, resource):
        must = MUST_SAY.get(resource.kind)
        if must and must not in resource.body:
            yield f"{must} is not set, and then AWS waits for thirty days"
        for argument, value in arguments(resource.body):
            if argument in SHORTEST and (isinstance(value, bool) or str(value) != str(SHORTEST[argument])):
                yield f"{argument} is {shown(value)}"


check = WaitingPeriodsAreTheShortest()
