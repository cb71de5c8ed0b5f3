"""Lists the metrics that AWS and the stack's functions publish, with kind and dimensions. Not a policy.

An alarm on a metric that nobody publishes raises no error and never fires. Each service's documentation lists its
metrics: docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/aws-services-cloudwatch-metrics.html.
"""

import re

from _conventions import CONVENTIONS
from _expressions import is_literal, reference
from _stack import blocks

# Namespace -> (names of metrics, their kind in _bounds.py, allowed sets of dimensions).
API = ("ApiId",), ("ApiId", "Stage")
FUNCTION = (("FunctionName",), ("FunctionName", "Resource"))
TABLE = (("TableName",), ("TableName", "GlobalSecondaryIndexName"))
OPERATION = (("TableName", "Operation"),)
BALANCER = (("LoadBalancer",), ("LoadBalancer", "TargetGroup"))
SERVICE = (("ClusterName", "ServiceName"),)
DATABASE = (("DBInstanceIdentifier",), ("DBClusterIdentifier",), ("DBClusterIdentifier", "Role"))
PUBLISHED = {
    "AWS/ApiGateway": (
        (("5xx",), "failures", API),
        (("4xx",), "refusals", API),
        (("Latency", "IntegrationLatency"), "latency", API),
        (("Count",), "use", API),
    ),
    "AWS/Lambda": (
        (("Errors", "Throttles", "DeadLetterErrors", "DestinationDeliveryFailures"), "failures", FUNCTION),
        (("AsyncEventsDropped",), "failures", FUNCTION),
        (("Duration",), "duration", FUNCTION),
        (("IteratorAge", "AsyncEventAge"), "age in ms", FUNCTION),
        (("Invocations",), "use", FUNCTION),
        (("ConcurrentExecutions",), "executions", (*FUNCTION, ())),
        (("ClaimedAccountConcurrency", "UnreservedConcurrentExecutions"), "executions", ((),)),
        (("FailedInvokeEventCount", "DroppedEventCount"), "failures", (("EventSourceMappingUUID",),)),
        (("PolledEventCount", "InvokedEventCount"), "use", (("EventSourceMappingUUID",),)),
    ),
    "AWS/DynamoDB": (
        (("ReadThrottleEvents", "WriteThrottleEvents"), "failures", TABLE),
        (("SystemErrors", "ThrottledRequests"), "failures", OPERATION),
        (("ConditionalCheckFailedRequests",), "refusals", (("TableName",),)),
        (("SuccessfulRequestLatency",), "latency", OPERATION),
        (("ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits"), "use", TABLE),
    ),
    "AWS/SQS": (
        (("ApproximateNumberOfMessagesVisible",), "depth", (("QueueName",),)),
        (("ApproximateNumberOfMessagesNotVisible",), "depth", (("QueueName",),)),  # received, not yet deleted
        (("ApproximateAgeOfOldestMessage",), "age in s", (("QueueName",),)),
        (("NumberOfMessagesSent", "NumberOfMessagesReceived", "NumberOfMessagesDeleted"), "use", (("QueueName",),)),
    ),
    "AWS/SNS": (
        (("NumberOfNotificationsFailed",), "failures", (("TopicName",),)),
        (("NumberOfNotificationsFailedToRedriveToDlq",), "failures", (("TopicName",),)),
        (("NumberOfMessagesPublished", "NumberOfNotificationsDelivered"), "use", (("TopicName",),)),
    ),
    "AWS/Events": (
        (("FailedInvocations", "InvocationsFailedToBeSentToDlq", "ThrottledRules"), "failures", (("RuleName",),)),
        (("Invocations", "TriggeredRules"), "use", (("RuleName",),)),
    ),
    "AWS/Kinesis": (
        (("ReadProvisionedThroughputExceeded", "WriteProvisionedThroughputExceeded"), "failures", (("StreamName",),)),
        (("GetRecords.IteratorAgeMilliseconds",), "age in ms", (("StreamName",),)),
        (("IncomingRecords", "IncomingBytes"), "use", (("StreamName",),)),
    ),
    "AWS/Firehose": (
        (("ThrottledRecords",), "failures", (("DeliveryStreamName",),)),
        (("DeliveryToS3.DataFreshness",), "age in s", (("DeliveryStreamName",),)),
        (("IncomingRecords", "DeliveryToS3.Records"), "use", (("DeliveryStreamName",),)),
    ),
    "AWS/ApplicationELB": (
        (("HTTPCode_ELB_5XX_Count", "HTTPCode_Target_5XX_Count", "RejectedConnectionCount"), "failures", BALANCER),
        (("UnHealthyHostCount",), "depth", (("LoadBalancer", "TargetGroup"),)),
        (("TargetResponseTime",), "latency in s", BALANCER),
        (("RequestCount",), "use", BALANCER),
    ),
    "AWS/ECS": ((("CPUUtilization", "MemoryUtilization"), "share", (("ClusterName",), *SERVICE)),),
    "AWS/RDS": (
        (("CPUUtilization", "ACUUtilization"), "share", DATABASE),
        (("DatabaseConnections",), "use", DATABASE),
        (("FreeStorageSpace", "FreeableMemory", "FreeLocalStorage"), "reserve", DATABASE),
    ),
    "AWS/ElastiCache": (
        (("EngineCPUUtilization", "DatabaseMemoryUsagePercentage"), "share", (("CacheClusterId",),)),
        (("Evictions",), "refusals", (("CacheClusterId",),)),
    ),
    "AWS/EFS": ((("PercentIOLimit",), "share", (("FileSystemId",),)),),
    "AWS/WAFV2": ((("BlockedRequests",), "refusals", (("WebACL", "Rule"), ("WebACL", "Rule", "Region"))),),
    "AWS/Scheduler": ((("TargetErrorCount", "InvocationDroppedCount"), "failures", (("ScheduleGroup",),)),),
}
# Dimension -> resource types to which it refers, and attributes with the value that AWS publishes.
REFERS_TO = {
    "ApiId": (("aws_apigatewayv2_api",), ("id",)),
    "Stage": (("aws_apigatewayv2_stage",), ("name", "id")),
    "FunctionName": (("aws_lambda_function",), ("function_name", "id")),
    "EventSourceMappingUUID": (("aws_lambda_event_source_mapping",), ("uuid", "id")),
    "TableName": (("aws_dynamodb_table",), ("name", "id")),
    "QueueName": (("aws_sqs_queue",), ("name",)),
    "TopicName": (("aws_sns_topic",), ("name",)),
    "RuleName": (("aws_cloudwatch_event_rule",), ("name", "id")),
    "StreamName": (("aws_kinesis_stream",), ("name",)),
    "DeliveryStreamName": (("aws_kinesis_firehose_delivery_stream",), ("name",)),
    "LoadBalancer": (("aws_lb",), ("arn_suffix",)),
    "TargetGroup": (("aws_lb_target_group",), ("arn_suffix",)),
    "ClusterName": (("aws_ecs_cluster",), ("name",)),
    "ServiceName": (("aws_ecs_service",), ("name",)),
    "DBInstanceIdentifier": (("aws_db_instance", "aws_rds_cluster_instance"), ("identifier", "id")),
    "DBClusterIdentifier": (("aws_rds_cluster",), ("cluster_identifier", "id")),
    "CacheClusterId": (("aws_elasticache_replication_group",), ("member_clusters",)),
    "FileSystemId": (("aws_efs_file_system",), ("id",)),
    "WebACL": (("aws_wafv2_web_acl",), ("name",)),
    "ScheduleGroup": (("aws_scheduler_schedule_group",), ("name", "id")),
    "Region": (("data.aws_region",), ("name", "region", "id")),
}
# Dimensions with fixed values.
WORDS = {
    "Operation": r"(Batch)?(Get|Put|Update|Delete|Write)Item|Query|Scan|Transact(Get|Write)Items|GetRecords",
    "Role": "READER|WRITER",
    "Rule": "ALL|[A-Za-z0-9_-]+",
}
NAMESPACE, NAME = "POWERTOOLS_METRICS_NAMESPACE", "POWERTOOLS_SERVICE_NAME"


def of_metric(metric):
    """Return (namespace, name, dimensions) of an alarm's metric. Invalid dimensions match no published metric."""
    dimensions = metric.get("dimensions") or {}
    is_map = isinstance(dimensions, dict)
    return str(metric.get("namespace")), str(metric.get("metric_name")), dimensions if is_map else {"": dimensions}


def what_it_counts(stack, namespace, metric, dimensions):
    """Return the kind (_bounds.py) of a metric; None if nobody publishes the metric with these dimensions."""
    names = frozenset(dimensions)
    for metrics, counts, of in PUBLISHED.get(namespace, ()):
        if metric in metrics and any(names == frozenset(each) for each in of):
            is_right = all(is_declared(stack, name, value, dimensions) for name, value in dimensions.items())
            return counts if is_right else None
    for function in stack.of_type("aws_lambda_function").values():
        variables = {name: value for block in blocks(function.get("environment")) for name, value in of_block(block)}
        if namespace == variables.get(NAMESPACE) and dimensions == {"service": variables.get(NAME)}:
            return CONVENTIONS["metrics"].get(str(function.get("handler")), {}).get(metric)
    return "use" if is_filtered(stack, namespace, metric, dimensions) else None


def namespaces(kind, body):
    """Return the namespaces of the custom metrics of a function or metric filter."""
    if kind == "aws_lambda_function":
        for block in blocks(body.get("environment")):
            yield from (value for name, value in of_block(block) if name == NAMESPACE)
    if kind == "aws_cloudwatch_log_metric_filter":
        yield from (block.get("namespace") for block in blocks(body.get("metric_transformation")))


def of_block(environment):
    variables = environment.get("variables")
    return variables.items() if isinstance(variables, dict) else ()


def is_declared(stack, dimension, value, dimensions):
    """Return True if a dimension's value refers to a resource of the stack."""
    kind, name, attribute = reference(value)
    if dimension in REFERS_TO:
        kinds, attributes = REFERS_TO[dimension]
        return kind in kinds and attribute in attributes and stack.declares(kind, name)
    if dimension in WORDS:
        return is_literal(value) and re.fullmatch(WORDS[dimension], value) is not None
    if dimension == "GlobalSecondaryIndexName":
        table = stack.of_type("aws_dynamodb_table").get(reference(dimensions.get("TableName")).name, {})
        return is_literal(value) and value in [index.get("name") for index in blocks(table.get(INDEX))]
    if dimension == "Resource":  # {function}:{alias}
        aliases = stack.of_type("aws_lambda_alias").values()
        return any(value == f"{alias.get('function_name')}:{alias.get('name')}" for alias in aliases)
    return False


INDEX = "global_secondary_index"


def is_filtered(stack, namespace, metric, dimensions):
    """Return True if a metric filter on a log group of the stack publishes the metric."""
    return any(
        transformation.get("namespace") == namespace
        and transformation.get("name") == metric
        and set(transformation.get("dimensions") or {}) == set(dimensions)
        for log_filter in stack.of_type("aws_cloudwatch_log_metric_filter").values()
        for transformation in blocks(log_filter.get("metric_transformation"))
    )
