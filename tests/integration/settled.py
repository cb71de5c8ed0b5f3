"""Changes of what may still be settling from the change before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from lib.console.polling import wait_for

SETTLE_SECONDS = 60.0
NOT_YET = ("ConflictException", "ResourceConflictException", "ResourceInUseException", "OperationAborted")


def once_settled(call: Callable[..., Any], **arguments: Any) -> Any:
    """What the call answers, made again as long as the service refuses it because of the change before."""

    def attempt() -> list[Any] | None:
        try:
            return [call(**arguments)]
        except ClientError as error:
            if error.response["Error"]["Code"] not in NOT_YET:
                raise
            return None

    (answer,) = wait_for(f"the end of the change before {call.__name__}", attempt, SETTLE_SECONDS)
    return answer
