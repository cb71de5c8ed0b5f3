"""What is imposed on the clients is there: else the tests that bear it would prove nothing."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from lib.targets.deployment import Deployment
from lib.targets.pages import pages
from tests.integration.aws_behaviour import imposed

pytestmark = pytest.mark.emulator_only("AWS does this by itself")


def code(call: Callable[..., Any], **arguments: Any) -> str | None:
    """The error code that a call fails with."""
    try:
        call(**arguments)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return None


@pytest.fixture
def impatient(deployment: Deployment) -> Callable[[str], Any]:
    """Clients that send each request once, with behaviour of their own."""
    credentials = deployment.target.credentials
    session: Any = boto3.session.Session(credentials.access_key, credentials.secret_key)

    def connect(service: str) -> Any:
        return session.client(
            service,
            region_name=deployment.stack.region,
            endpoint_url=deployment.client(service).meta.endpoint_url,
            verify=deployment.target.authority,
            config=Config(proxies={}, retries={"total_max_attempts": 1}),
        )

    return imposed(connect)


@pytest.mark.parametrize(
    ("service", "operation", "expected"),
    [
        ("s3", "list_buckets", "SlowDown"),
        ("lambda", "list_functions", "TooManyRequestsException"),
        ("iam", "list_roles", "Throttling"),
        ("sns", "list_topics", "ThrottlingException"),
        ("sqs", "list_queues", "ThrottlingException"),
        ("dynamodb", "list_tables", "ThrottlingException"),
        ("apigatewayv2", "get_apis", "ThrottlingException"),
        ("logs", "describe_log_groups", "ThrottlingException"),
        ("cloudwatch", "describe_alarms", "ThrottlingException"),
        ("kms", "list_keys", "ThrottlingException"),
    ],
)
def test_the_first_request_is_throttled_and_the_next_one_is_not(
    impatient: Callable[[str], Any], service: str, operation: str, expected: str
) -> None:
    call = getattr(impatient(service), operation)
    assert [code(call), code(call)] == [expected, None]


def test_our_clients_send_a_throttled_request_again(deployment: Deployment) -> None:
    assert imposed(deployment.target.connect)("s3").list_buckets()["Buckets"]


@pytest.mark.parametrize(
    ("service", "operation", "key"),
    [
        ("cloudwatch", "describe_alarms", "MetricAlarms"),
        ("lambda", "list_functions", "Functions"),
        ("iam", "list_roles", "Roles"),
        ("logs", "describe_log_groups", "logGroups"),
        ("kms", "list_keys", "Keys"),
    ],
)
def test_a_listing_has_one_entry_and_its_pages_have_all(
    deployment: Deployment, service: str, operation: str, key: str
) -> None:
    client = deployment.client(service)
    assert len(getattr(client, operation)()[key]) == 1
    found = [str(entry) for entry in pages(client, operation, key)]
    assert len(found) > 1
    assert len(set(found)) == len(found)


def test_queues_are_listed_to_the_end_by_those_only_who_give_a_limit(deployment: Deployment) -> None:
    client = deployment.client("sqs")
    assert len(list(pages(client, "list_queues", "QueueUrls"))) == 1
    assert len(list(pages(client, "list_queues", "QueueUrls", MaxResults=1000))) > 1


def test_a_deleted_queues_name_cannot_be_used_at_once(deployment: Deployment) -> None:
    client, name = deployment.client("sqs"), f"sqs-it-{uuid.uuid4().hex}"
    client.delete_queue(QueueUrl=client.create_queue(QueueName=name)["QueueUrl"])
    assert code(client.create_queue, QueueName=name) == "AWS.SimpleQueueService.QueueDeletedRecently"
    assert code(client.create_queue, QueueName=f"{name}-2") is None
    client.delete_queue(QueueUrl=client.get_queue_url(QueueName=f"{name}-2")["QueueUrl"])


def test_a_deleted_queue_is_listed_once_more(deployment: Deployment) -> None:
    client, name = deployment.client("sqs"), f"sqs-it-{uuid.uuid4().hex}"

    def listed() -> bool:
        urls = list(pages(client, "list_queues", "QueueUrls", QueueNamePrefix=name, MaxResults=1000))
        return [url.rpartition("/")[2] for url in urls] == [name]

    url = client.create_queue(QueueName=name)["QueueUrl"]
    assert listed()
    client.delete_queue(QueueUrl=url)
    assert [listed(), listed()] == [True, False]


def test_a_read_that_may_be_stale_is(deployment: Deployment, outputs: dict[str, str]) -> None:
    client, table = deployment.client("dynamodb"), outputs["transactions_table_name"]
    key = {"payment_id": {"S": f"nobody-{uuid.uuid4()}"}}
    client.put_item(TableName=table, Item=key)
    assert "Item" in client.get_item(TableName=table, Key=key, ConsistentRead=True)
    assert "Item" not in client.get_item(TableName=table, Key=key)
    assert "Item" in client.get_item(TableName=table, Key=key)
    client.delete_item(TableName=table, Key=key)


def test_short_polling_misses_a_message(deployment: Deployment) -> None:
    client = deployment.client("sqs")
    url = client.create_queue(QueueName=f"sqs-it-{uuid.uuid4().hex}")["QueueUrl"]
    client.send_message(QueueUrl=url, MessageBody="x")
    assert not client.receive_message(QueueUrl=url, VisibilityTimeout=0).get("Messages")
    assert client.receive_message(QueueUrl=url, VisibilityTimeout=0, WaitTimeSeconds=1)["Messages"]
    client.delete_queue(QueueUrl=url)


def test_a_change_is_refused_until_the_one_before_has_settled(deployment: Deployment, outputs: dict[str, str]) -> None:
    client, function = deployment.client("lambda"), outputs["payment_function_name"]
    given = client.get_function_configuration(FunctionName=function)["Description"]
    change = {"FunctionName": function, "Description": given}
    codes = [code(client.update_function_configuration, **change) for _ in range(3)]
    assert codes == [None, "ResourceConflictException", None]
    assert code(client.update_function_configuration, **change) == "ResourceConflictException"
