"""One call of an AWS service: what the service cannot do just now is an UnavailableError."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from botocore import exceptions
from botocore.config import Config
from botocore.exceptions import ClientError

from payments.errors import UnavailableError
from payments.observability import logger

# Two tries, so that a request of which neither is answered ends well within the function's ten seconds.
# Parameters are checked by the service alone: checking them here, too, is a tenth of a payment's CPU time.
CONFIG = Config(
    connect_timeout=1,
    read_timeout=2,
    retries={"mode": "standard", "total_max_attempts": 2},
    parameter_validation=False,
)
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
SERVER_ERROR = 500


def call(operation: Callable[..., Any], **arguments: Any) -> Any:
    """The operation's answer. Raises UnavailableError, or what a retry would meet again: that is ours to repair.

    The log has the cause: the exception's class, and the service's code for it.
    """
    try:
        return operation(**arguments)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        if code in RETRYABLE or status >= SERVER_ERROR:
            raise _unavailable(error, code) from error
        raise
    except (exceptions.ConnectionError, exceptions.HTTPClientError) as error:  # no connection, no answer in time
        raise _unavailable(error, "") from error


def _unavailable(error: Exception, code: str) -> UnavailableError:
    logger.warning("AWS did not answer", exception_class=type(error).__name__, error_code=code)
    return UnavailableError(code or type(error).__name__)
