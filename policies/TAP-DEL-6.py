"""In Python: a YAML policy needs fixed paths, and this policy searches arguments at any depth of any type."""

from _stack import StackCheck, arguments, shown

# Argument -> AWS's minimum, in days.
SHORTEST = {"deletion_window_in_days": 7, "permanent_deletion_time_in_days": 7, "recovery_window_in_days": 0}
# Types that wait for 30 days by default.
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
    guideline = "set deletion_window_in_days to 7 on a key, and recovery_window_in_days to 0 on a secret"

    def violations(self, resource):
        must = MUST_SAY.get(resource.kind)
        if must and must not in resource.body:
            yield f"{must} is not set; by default AWS waits for thirty days"
        for argument, value in arguments(resource.body):
            if argument in SHORTEST and (isinstance(value, bool) or str(value) != str(SHORTEST[argument])):
                yield f"{argument} is {shown(value)}"


check = WaitingPeriodsAreTheShortest()
