"""In Python: a finding shows the value, which Checkov's YAML policies cannot do."""

from _stack import StackCheck, shown

MAINTAINED = ("python3.11", "python3.12")


class FunctionsRunOnAMaintainedPython(StackCheck):
    id = "TAP-RUN-1"
    name = "Functions run on a maintained Python"
    guideline = "set runtime to python3.12"
    types = ("aws_lambda_function",)

    def violations(self, resource):
        runtime = resource.body.get("runtime")
        if runtime not in MAINTAINED:
            yield f"runtime is {shown(runtime)}"


check = FunctionsRunOnAMaintainedPython()
