"""Running the deployed settler at once, where somebody cannot wait for its schedule."""

from __future__ import annotations

from typing import Any

from lib.errors import ToolError
from lib.targets.deployment import Deployment


def run_settler(deployment: Deployment) -> None:
    """One run of the version that the schedule runs, unless one is under way. Raises ToolError if it failed."""
    client, function = deployment.client("lambda"), deployment.outputs["settler_function_name"]
    (alias,) = client.list_aliases(FunctionName=function)["Aliases"]
    try:
        answer: dict[str, Any] = client.invoke(FunctionName=function, Qualifier=alias["Name"], Payload=b"{}")
    except client.exceptions.TooManyRequestsException:  # the settler runs once at a time
        return
    if "FunctionError" in answer:
        raise ToolError(f"the settler failed: {answer['Payload'].read().decode()}")
