"""TAP-OBS-9, TAP-OBS-10, TAP-RUN-6, TAP-RUN-7: alarms that never fire, events that are lost, code of others."""

from __future__ import annotations

from typing import Any

from .mutation import (
    ALARM,
    FUNCTION,
    REMOVED,
    TOKEN,
    Document,
    Mutation,
    add,
    attach,
    body_of,
    change,
    put,
)
from .running import FIRST, MAPPING

ERRORS, DURATION, AGE = "processor-errors", "processor-duration", "archiver-iterator-age"
FAILED, SERVER, DEAD = "archiver-failed-changes", "api-server-errors", "payment-dead-letters"
STOPPED, REFUSED, CLAIMED = "archiver-stopped-for-hours", "api-client-errors", "account-concurrency"
SECOND = "metric_query.1.metric."
FILTER, NAMESPACE = "aws_cloudwatch_log_metric_filter", "POWERTOOLS_METRICS_NAMESPACE"
IMAGE = "111122223333.dkr.ecr.us-east-1.amazonaws.com/others:latest"
LAYER = "arn:aws:lambda:us-east-1:111122223333:layer:others:1"
ON_FAILURE = "destination_config.on_failure"


def bound(argument: str, value: Any, alarm: str = ERRORS, instead: tuple[str, ...] = ()) -> Mutation:
    """A value with which the alarm fires too late, or never."""
    return put("TAP-OBS-9", ALARM, argument, value, alarm, instead=instead)


def metric(alarm: str, instead: tuple[str, ...] = (), **arguments: Any) -> Mutation:
    """Another metric than that of a declared resource."""
    told = " ".join(f"{name} {value}"[:50] for name, value in arguments.items())
    return change(
        "TAP-OBS-10",
        f"{alarm} by {told}",
        lambda document: body_of(document, ALARM, alarm).update(arguments),
        (),
        instead,
    )


def queried(document: Document, **arguments: Any) -> None:
    """The first metric of an alarm that adds several up."""
    body_of(document, ALARM, "transactions-system-errors")["metric_query"][0]["metric"].update(arguments)


def watch(document: Document, alarm: str, expression: str) -> None:
    """Another expression over the same metrics."""
    body_of(document, ALARM, alarm)["metric_query"][-1]["expression"] = expression


def more(document: Document, **arguments: Any) -> None:
    """One alarm more, like that of the function's errors."""
    body = {name: value for name, value in body_of(document, ALARM, ERRORS).items() if name != "//"}
    document["resource"][ALARM]["more"] = {**body, "alarm_name": "alarm-more-dev", **arguments}


def code(says: str, **arguments: Any) -> Mutation:
    """A function whose code is not a file of this stack."""

    def apply(document: Document) -> None:
        body = body_of(document, FUNCTION)
        for name in ("filename", "source_code_hash"):
            del body[name]
        body.update(arguments)

    return change("TAP-RUN-7", f"code {says}", apply, instead=("TAP-DOC-5",))


def layered(*arns: str) -> Mutation:
    """A function with layers."""
    return put("TAP-RUN-7", FUNCTION, "layers", list(arns), says=arns[-1][:60])


OF_RULE = {ERRORS: ("TAP-OBS-1",), DEAD: ("TAP-OBS-5",), "transactions-read": ("TAP-OBS-4",)}

VIOLATIONS = [
    bound("threshold", 1e12),
    bound("threshold", 1000000),
    bound("threshold", "2000000"),
    bound("threshold", -1),
    bound("threshold", 10**6, SERVER),
    bound("threshold", 10**6, DEAD),
    bound("threshold", 900000, DURATION),
    bound("threshold", 10**12, AGE),
    bound("threshold", "many", FAILED),
    bound("statistic", "Minimum"),
    bound(f"{FIRST}stat", "SampleCount", DEAD),
    bound(f"{SECOND}stat", "Minimum", DEAD),
    bound(f"{SECOND}metric_name", "NumberOfMessagesSent", DEAD, ("TAP-OBS-10",)),
    bound("statistic", "Minimum", AGE),
    bound("extended_statistic", "p0.1", DURATION),
    bound("extended_statistic", "tm1", DURATION),
    bound("period", 86400),
    bound("period", TOKEN),
    bound("evaluation_periods", 1440),
    bound("evaluation_periods", TOKEN),
    bound("datapoints_to_alarm", 5, "processor-throttles"),
    change(
        "TAP-OBS-9",
        "a day of periods",
        lambda document: body_of(document, ALARM, ERRORS).update(
            period=3600, evaluation_periods=24, datapoints_to_alarm=24
        ),
    ),
    change("TAP-OBS-9", "one alarm more that never fires", lambda document: more(document, threshold=1e15)),
    change("TAP-OBS-9", "a query's period", lambda document: queried(document, period=86400)),
    change("TAP-OBS-9", "a query's statistic", lambda document: queried(document, stat="Minimum")),
    *(
        change("TAP-OBS-9", f"{alarm} over {expression}", lambda document, a=alarm, e=expression: watch(document, a, e))
        for alarm, expression in (
            (STOPPED, "IF(FILL(m1, 0) > 1000000 AND FILL(m2, 0) < 1, 1, 0)"),
            (STOPPED, "IF(FILL(m1, 0) > 0 AND FILL(m2, 1) < 1, 1, 0)"),
            (STOPPED, "IF(FILL(m1, 0) > 0 AND FILL(m2, 0) < 1, 0, 0)"),
            (STOPPED, "IF(FILL(m2, 0) > 0 AND FILL(m2, 0) < 1, 1, 0)"),
            (REFUSED, "IF(m1 >= 50000, 100 * m1 / m2, 0)"),
            (REFUSED, "IF(m1 >= 50, m1 / m2, 0)"),
            (REFUSED, "0 * m1 / m2"),
            (CLAIMED, "m1 / SERVICE_QUOTA(m2)"),
            (CLAIMED, "100 * m1 / 1000000"),
            (DEAD, "m1"),
            (DEAD, "FILL(m2, 0)"),
            (DEAD, "m1 - m2"),
            (DEAD, "m1 * m2"),
            (DEAD, "MIN([m1, m2])"),
            (DEAD, "FILL(m1, 0) + FILL(m2, -100)"),
            (DEAD, "IF(m1 > 1000, m1 + m2, 0)"),
        )
    ),
    bound("threshold", 2, STOPPED),
    bound("comparison_operator", "GreaterThanThreshold", STOPPED),
    bound("evaluation_periods", 20, STOPPED),
    bound("threshold", 99, REFUSED),
    bound("threshold", 101, CLAIMED),
    # Metrics
    *(
        put("TAP-NAME-1", FUNCTION, f"environment.variables.{NAMESPACE}", value)
        for value in ("Payments", "Payments/qa")
    ),
    *(put("TAP-NAME-1", FILTER, "metric_transformation.namespace", value) for value in ("Payments", "Payments/qa")),
    put("TAP-DOC-5", FILTER, "pattern", '{ $.status = "4290" }'),
    metric(FAILED, metric_name="NoSuchMetric"),
    metric(FAILED, namespace="Others"),
    metric(FAILED, dimensions={"service": "others"}),
    metric(FAILED, dimensions={}),
    metric(SERVER, dimensions={"ApiId": "a1b2c3", "Stage": "$default"}),
    metric(SERVER, metric_name="5XXError"),
    metric(SERVER, metric_name="NoSuchMetric"),
    metric(AGE, dimensions={"FunctionName": "lambda-others-dev"}),
    metric(AGE, dimensions={"FunctionName": "${aws_lambda_function.nowhere.function_name}"}),
    metric(AGE, namespace="AWS/Kinesis"),
    *(
        put("TAP-OBS-10", ALARM, f"{query}dimensions.QueueName", "sqs-others-dev", DEAD, instead=rules)
        for query, rules in ((FIRST, ("TAP-OBS-5",)), (SECOND, ()))
    ),
    put("TAP-OBS-10", ALARM, f"{SECOND}metric_name", "ApproximateNumberOfMessagesInFlight", DEAD),
    metric(ERRORS, OF_RULE[ERRORS], metric_name="Erorrs"),
    change(
        "TAP-OBS-10",
        "one alarm more on another's function",
        lambda document: more(document, dimensions={"FunctionName": "lambda-others-dev"}),
    ),
    change(
        "TAP-OBS-10",
        "one alarm more on a metric that nobody emits",
        lambda document: more(
            document, namespace="Payments", metric_name="Refusals", dimensions={"service": "archiver"}
        ),
    ),
    change(
        "TAP-OBS-10",
        "a query of another's table",
        lambda document: queried(document, dimensions={"TableName": "dynamodb-others-dev", "Operation": "GetItem"}),
    ),
    change("TAP-OBS-10", "a query of no metric", lambda document: queried(document, metric_name="NoSuchMetric")),
    # Event source mappings
    *(put("TAP-RUN-6", MAPPING, "enabled", value) for value in (False, "false", TOKEN)),
    put("TAP-RUN-6", MAPPING, "destination_config", REMOVED),
    put("TAP-RUN-6", MAPPING, "destination_config", []),
    put("TAP-RUN-6", MAPPING, ON_FAILURE, REMOVED),
    put("TAP-RUN-6", MAPPING, f"{ON_FAILURE}.destination_arn", REMOVED),
    put("TAP-RUN-6", MAPPING, f"{ON_FAILURE}.destination_arn", "${aws_sqs_queue.nowhere.arn}"),
    put("TAP-RUN-6", MAPPING, f"{ON_FAILURE}.destination_arn", TOKEN),
    put("TAP-RUN-6", MAPPING, "filter_criteria", {"filter": [{"pattern": '{"eventName": ["NEVER"]}'}]}),
    put("TAP-RUN-6", MAPPING, "filter_criteria", [{}], says="empty"),
    put("TAP-RUN-6", MAPPING, "filter_criteria", {"filter": [{"pattern": "{}"}]}, says="of everything"),
    attach(
        "TAP-RUN-6",
        MAPPING,
        {"function_name": "${aws_lambda_function.FUNCTION.arn}", "event_source_arn": "${aws_sqs_queue.QUEUE.arn}"},
        "without a destination",
    ),
    # Code
    code("from a bucket", s3_bucket="others", s3_key="lambda.zip"),
    code("from a bucket of the stack", s3_bucket="${aws_s3_bucket.RECORDS.id}", s3_key="lambda.zip"),
    code("from an image of others", package_type="Image", image_uri=IMAGE),
    code("from a public image", package_type="Image", image_uri="public.ecr.aws/lambda/python:3.12"),
    code("from an image that nobody knows", package_type="Image", image_uri=TOKEN),
    code("from nowhere"),
    put("TAP-RUN-7", FUNCTION, "s3_bucket", "others", instead=("TAP-DOC-5",)),
    put("TAP-RUN-7", FUNCTION, "image_uri", IMAGE, instead=("TAP-DOC-5",)),
    layered(LAYER),
    layered("${aws_lambda_layer_version.nowhere.arn}"),
    layered("${data.aws_lambda_layer_version.a.arn}"),
    layered(TOKEN),
    put("TAP-RUN-7", FUNCTION, "layers", TOKEN, says="all token"),
    add(
        "TAP-RUN-7",
        "aws_lambda_layer_version",
        {"tags": None, "layer_name": "layer-a-dev", "s3_bucket": "others", "s3_key": "layer.zip"},
        instead=("TAP-DOC-4", "TAP-DOC-5"),
    ),
    add(
        "TAP-RUN-7",
        "aws_ecs_task_definition",
        {"family": "task-a-dev", "container_definitions": '[{"name": "a", "image": "nginx:latest"}]'},
        instead=("TAP-DOC-5",),
    ),
]
