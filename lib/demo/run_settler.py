"""Runs the deployed settler at once instead of waiting for its schedule."""

from __future__ import annotations

from typing import Any

from lib.errors import ToolError
from lib.targets.deployment import Deployment


def run_settler(deployment: Deployment) -> None:
    """Invoke the settler as its schedule does, unless a run is in progress. Raises ToolError if the run fails."""
    client, function = deployment.client("lambda"), deployment.outputs["settler_function_name"]
    (alias,) = client.list_aliases(FunctionName=function)["Aliases"]
    try:
        answer: dict[str, Any] = client.invoke(FunctionName=function, Qualifier=alias["Name"], Payload=b"{}")
    except client.exceptions.TooManyRequestsException:  # the settler runs once at a time
        return
    if "FunctionError" in answer:
        raise ToolError(f"the settler failed: {answer['Payload'].read().decode()}")
