"""Stops everything that writes, so that emptied buckets stay empty.

These changes are made outside of Terraform, so a later `make deploy` reverts them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from botocore.exceptions import ClientError

from lib.console.polling import wait_for
from lib.terraform.state import State

GONE = ("NoSuchBucket", "ResourceNotFoundException")
BUSY = ("ResourceConflictException", "ResourceInUseException")
SETTLE_SECONDS = 180.0
ALARMS_A_CALL = 100  # docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DisableAlarmActions.html


def stop(connect: Callable[[str], Any], state: State) -> str:
    """Stop every function, stream mapping and access log in the state. Returns a summary as one line.

    A function is stopped by reserved concurrency 0: then nothing can invoke it, not even the API.
    docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
    """
    _silence_alarms(connect, state)
    functions = state.values("function_name", "aws_lambda_function")
    mappings = state.values("uuid", "aws_lambda_event_source_mapping")
    logged = state.values("bucket", "aws_s3_bucket_logging")
    for mapping in mappings:
        _settled(partial(connect("lambda").update_event_source_mapping, UUID=mapping, Enabled=False))
    for function in functions:
        concurrency = {"FunctionName": function, "ReservedConcurrentExecutions": 0}
        _settled(partial(connect("lambda").put_function_concurrency, **concurrency))
    for bucket in logged:
        _settled(partial(connect("s3").put_bucket_logging, Bucket=bucket, BucketLoggingStatus={}))
    return f"{len(functions)} functions, {len(mappings)} stream mappings, {len(logged)} access logs"


def _silence_alarms(connect: Callable[[str], Any], state: State) -> None:
    """Disable the alarms' actions, so that stopping the writers notifies nobody."""
    names = state.values("alarm_name", "aws_cloudwatch_metric_alarm", "aws_cloudwatch_composite_alarm")
    for start in range(0, len(names), ALARMS_A_CALL):
        connect("cloudwatch").disable_alarm_actions(AlarmNames=names[start : start + ALARMS_A_CALL])


def _settled(call: Callable[[], Any]) -> None:
    """Repeat the call as long as an earlier change of the resource is in progress. Ignore a missing resource."""

    def attempt() -> bool:
        try:
            call()
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code not in (*GONE, *BUSY):
                raise
            return code in GONE
        return True

    wait_for("the end of an earlier change", attempt, SETTLE_SECONDS, interval=1.0)
