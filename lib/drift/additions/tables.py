"""Resource policies of a table, and Kinesis streams that get its changes, beyond the declared ones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lib.drift.additions.addition import addition, command, found_or_none
from lib.drift.model import Change
from lib.drift.refreshed import Managed, Refreshed

POLICY = "aws_dynamodb_resource_policy"
STREAMING = "aws_dynamodb_kinesis_streaming_destination"
GONE = ("DISABLED", "DISABLING", "ENABLE_FAILED")


def find(client: Any, state: Refreshed) -> Iterator[Change]:
    """Yield the additions of every table."""
    for table in state.of("aws_dynamodb_table"):
        for resource, arn in (("arn", table["arn"]), ("stream_arn", table["stream_arn"])):
            if arn and not state.having(POLICY, "resource_arn", arn):
                yield from _policy(client, table, resource, arn)
        yield from _streaming(client, state, table)


def _policy(client: Any, table: Managed, resource: str, arn: str) -> Iterator[Change]:
    found = found_or_none(client.get_resource_policy, "PolicyNotFoundException", ResourceArn=arn)
    if found:
        yield addition(
            table,
            "a policy" if resource == "arn" else "a policy of its stream",
            POLICY,
            {"resource_arn": table.reference(resource), "policy": found["Policy"]},
            command("dynamodb", "delete-resource-policy", "--resource-arn", arn),
        )


def _streaming(client: Any, state: Refreshed, table: Managed) -> Iterator[Change]:
    declared = {item["stream_arn"] for item in state.having(STREAMING, "table_name", table.name)}
    found = client.describe_kinesis_streaming_destination(TableName=table.name)
    for item in found.get("KinesisDataStreamDestinations", []):
        arn = item["StreamArn"]
        if arn not in declared and item["DestinationStatus"] not in GONE:
            yield addition(
                table,
                f"the Kinesis stream {arn} as a destination",
                STREAMING,
                {"table_name": table.reference("name"), "stream_arn": arn},
                command(
                    "dynamodb", "disable-kinesis-streaming-destination", "--table-name", table.name, "--stream-arn", arn
                ),
            )
