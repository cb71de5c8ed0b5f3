"""Stopping what writes, so that a bucket that was emptied stays empty.

None of it is noted in Terraform's state: a `make deploy` afterwards finds it and starts everything again.
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
    """Stop every function, mapping and access log of the state; what was stopped, in words.

    A function whose reserved concurrency is 0 is not called any more, by the API neither.
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
    """Nobody is called because of what we stop."""
    names = state.values("alarm_name", "aws_cloudwatch_metric_alarm", "aws_cloudwatch_composite_alarm")
    for start in range(0, len(names), ALARMS_A_CALL):
        connect("cloudwatch").disable_alarm_actions(AlarmNames=names[start : start + ALARMS_A_CALL])


def _settled(call: Callable[[], Any]) -> None:
    """Again as long as the resource is still busy with its last change; nothing to do where it is gone."""

    def attempt() -> bool:
        try:
            call()
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code not in (*GONE, *BUSY):
                raise
            return code in GONE
        return True

    wait_for("the end of a change under way", attempt, SETTLE_SECONDS, interval=1.0)
