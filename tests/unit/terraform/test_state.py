"""The saved state as data, and the lock on it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lib.errors import ToolError
from lib.terraform import state_lock
from lib.terraform.events import Events
from lib.terraform.state import State


def resource(type_: str, name: str, mode: str = "managed", status: str = "", **attributes: Any) -> dict[str, Any]:
    instance = {"attributes": attributes, **({"status": status} if status else {})}
    return {"mode": mode, "type": type_, "name": name, "instances": [instance]}


def state(*resources: dict[str, Any], **other: Any) -> State:
    return State.read(json.dumps({"version": 4, "lineage": "l", "serial": 7, "resources": list(resources), **other}))


def test_resources_are_read_and_data_sources_are_not() -> None:
    read = state(
        resource("aws_s3_bucket", "b", bucket="s3-b-dev", id="s3-b-dev"),
        resource("aws_kms_key", "k", status="tainted", id="1234"),
        resource("aws_region", "r", mode="data", id="eu-west-1"),
    )
    assert (read.lineage, read.serial) == ("l", 7)
    assert [(each.address, each.name, each.tainted) for each in read.resources] == [
        ("aws_s3_bucket.b", "s3-b-dev", False),
        ("aws_kms_key.k", "1234", True),
    ]


def test_values_are_those_that_are_there() -> None:
    read = state(resource("aws_s3_bucket", "a", bucket="x"), resource("aws_s3_bucket", "b", bucket=None))
    assert read.values("bucket", "aws_s3_bucket") == ["x"]
    assert read.values("bucket", "aws_sqs_queue") == []


def test_it_knows_where_the_resources_stand() -> None:
    read = state(
        resource("aws_sqs_queue", "q", arn="arn:aws:sqs:eu-west-1:111122223333:sqs-q-dev"),
        resource("aws_s3_bucket", "b", arn="arn:aws:s3:::s3-b-dev"),
        resource("aws_iam_role", "r", arn="arn:aws:iam::111122223333:role/r"),
        resource("aws_kms_alias", "a"),
    )
    assert read.places() == {("eu-west-1", "111122223333")}


@pytest.mark.parametrize("text", ["", "\n"])
def test_nothing_saved_is_an_empty_state(text: str) -> None:
    assert State.read(text) == State()


@pytest.mark.parametrize("text", ["{", "[]", '{"version": 3}', '{"version": 4, "lineage": "l", "serial": 1}'])
def test_another_format_is_an_error_in_words(text: str) -> None:
    with pytest.raises(ToolError, match=r"^the saved state "):
        State.read(text)


LOCK_INFO = """Error message: operation error S3: PutObject, api error PreconditionFailed
Lock Info:
  ID:        7abb6609-136d-6cc8-6cb0-1a9d0889e2b7
  Path:      state/dev/TapStackdev.tfstate
  Operation: OperationTypeApply
  Who:       ci@runner-7
  Version:   1.11.4
  Created:   2026-11-24 07:59:43.209293529 +0000 UTC
  Info:

Terraform acquires a state lock to protect the state"""


def test_a_lock_names_its_holder_and_the_way_to_remove_it() -> None:
    events = Events()
    inner = {"severity": "error", "summary": "Error acquiring the state lock", "detail": LOCK_INFO}
    events.add_line(json.dumps({"type": "diagnostic", "@message": "", "diagnostic": inner}))
    lock = state_lock.find(events)
    assert lock is not None
    text = state_lock.message(lock)
    assert text.startswith("the state is locked by ci@runner-7 since 2026-11-24 07:59:43, for apply; wait for the end")
    assert text.endswith("make unlock LOCK=7abb6609-136d-6cc8-6cb0-1a9d0889e2b7")


def test_a_lock_is_found_in_plain_words_too() -> None:
    """`terraform state push` and `untaint` know no -json."""
    events = Events()
    for line in f"╷\n│ Error: Error acquiring the state lock\n│ \n{LOCK_INFO}".splitlines():
        events.add_line(f"│ {line}")
    lock = state_lock.find(events)
    assert lock is not None
    assert (lock.id, lock.who) == ("7abb6609-136d-6cc8-6cb0-1a9d0889e2b7", "ci@runner-7")


def test_other_errors_are_no_lock() -> None:
    events = Events()
    events.add_line("Error: ID:  something else")
    assert state_lock.find(events) is None
