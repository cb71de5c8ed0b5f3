"""What AWS answers: 503 for what a retry can fix, with its cause in the log; anything else is an error that alarms."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from botocore import exceptions
from botocore.exceptions import ClientError

from payments import calls, processor
from payments.calls import RETRYABLE
from payments.errors import UnavailableError
from payments.problems import problem_of
from tests.unit.payments.conftest import BODY, PAYMENTS, Call, World


def client_error(code: str, status: int = 400) -> ClientError:
    metadata: Any = {"HTTPStatusCode": status}
    return ClientError({"Error": {"Code": code, "Message": "m"}, "ResponseMetadata": metadata}, "PutItem")


FIXED_BY_A_RETRY = [
    *(client_error(code) for code in sorted(RETRYABLE)),
    client_error("500", 500),
    exceptions.EndpointConnectionError(endpoint_url="https://example.com"),
    exceptions.ConnectTimeoutError(endpoint_url="https://example.com"),
    exceptions.ReadTimeoutError(endpoint_url="https://example.com"),
    exceptions.ConnectionClosedError(endpoint_url="https://example.com"),
]
OURS = [
    client_error("ValidationException"),
    client_error("AccessDeniedException"),
    client_error("ResourceNotFoundException"),
    client_error("ExpiredTokenException"),
    exceptions.NoCredentialsError(),
    exceptions.PartialCredentialsError(provider="env", cred_var="AWS_SECRET_ACCESS_KEY"),
    exceptions.ParamValidationError(report="Unknown parameter"),
    exceptions.NoRegionError(),
]


def name(error: Exception) -> str:
    code = error.response["Error"]["Code"] if isinstance(error, ClientError) else ""
    return f"{type(error).__name__}-{code}"


def raising(error: Exception) -> Any:
    def operation(**_: Any) -> None:
        raise error

    return operation


@pytest.mark.parametrize("error", FIXED_BY_A_RETRY, ids=name)
def test_what_a_retry_can_fix_is_a_503_with_its_cause_in_the_log(error: Exception, log: io.StringIO) -> None:
    with pytest.raises(UnavailableError) as caught:
        calls.call(raising(error))
    problem = problem_of(caught.value)
    assert (problem.status, problem.headers["Retry-After"]) == (503, "1")
    line = json.loads(log.getvalue())
    assert line["exception_class"] == type(error).__name__
    assert line["error_code"] == (error.response["Error"]["Code"] if isinstance(error, ClientError) else "")


@pytest.mark.parametrize("error", OURS, ids=name)
def test_what_is_ours_to_repair_fails_the_function(
    call: Call, world: World, monkeypatch: pytest.MonkeyPatch, error: Exception, log: io.StringIO
) -> None:
    monkeypatch.setattr(world.database, "put_item", raising(error))
    with pytest.raises(processor.UnforeseenError):
        call("POST", PAYMENTS, BODY)
    line = json.loads(log.getvalue().splitlines()[-1])
    assert (line["level"], line["exception_name"]) == ("ERROR", type(error).__name__)
