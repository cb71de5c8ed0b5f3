"""One call of an AWS service. A failure that a retry may cure becomes an UnavailableError."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from botocore import exceptions
from botocore.config import Config
from botocore.exceptions import ClientError

from payments.errors import UnavailableError
from payments.observability import logger

# Two attempts: even if neither is answered, the request ends well within the function's ten seconds.
# The SDK does not validate parameters, because the service does: validation takes a tenth of a payment's CPU time.
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
    """Return the operation's answer. Raises UnavailableError if a retry may help, else botocore's ClientError.

    Logs the exception's class and the service's error code.
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
