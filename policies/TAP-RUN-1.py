"""In Python: a finding shows the value, which Checkov's YAML policies cannot do."""

from _conventions import CONVENTIONS
from _stack import StackCheck, shown

MAINTAINED = CONVENTIONS["runtimes"]


class FunctionsRunOnAMaintainedPython(StackCheck):
    id = "TAP-RUN-1"
    name = "Functions run on a maintained Python"
    guideline = f"set runtime to {' or '.join(MAINTAINED)}"
    types = ("aws_lambda_function",)

    def violations(self, resource):
        runtime = resource.body.get("runtime")
        if runtime not in MAINTAINED:
            yield f"runtime is {shown(runtime)}"


check = FunctionsRunOnAMaintainedPython()
