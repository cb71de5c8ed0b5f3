"""One call of an AWS service: what the service cannot do just now is a Problem (503) that says to come again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from payments.problems import unavailable

# Three tries of at most three seconds stay within the function's ten.
CONFIG = Config(connect_timeout=1, read_timeout=2, retries={"mode": "standard", "total_max_attempts": 3})
# docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html: "OK to retry? Yes", and
# docs.aws.amazon.com/kms/latest/APIReference/API_VerifyMac.html
RETRYABLE = {
    "DependencyTimeoutException",
    "InternalServerError",
    "KMSInternalException",
    "KeyUnavailableException",
    "LimitExceededException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ServiceUnavailable",
    "ThrottlingException",
    "TransactionConflictException",
}


def call(operation: Callable[..., Any], **arguments: Any) -> Any:
    """The operation's answer. Raises Problem (503), or the ClientError that a retry would meet again."""
    try:
        return operation(**arguments)
    except ClientError as error:
        if error.response["Error"]["Code"] in RETRYABLE:
            raise unavailable() from error
        raise
    except BotoCoreError as error:  # no connection, no answer in time
        raise unavailable() from error
