"""The end: everything goes, though there are versions in the bucket and messages in the queue. Runs last."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lib.console.polling import wait_for
from lib.demo.showcase import audit_trail
from lib.removal import leftovers, teardown
from lib.targets.deployment import Deployment

pytestmark = pytest.mark.emulator_only("it destroys the stack")


def test_a_destroy_is_complete(
    deployment: Deployment, outputs: dict[str, str], wish: Callable[..., dict[str, Any]], key: str
) -> None:
    payment_id = deployment.payments.create(wish(), key).body["payment_id"]
    (audit_key, _), *_ = wait_for("the audit record", lambda: audit_trail(deployment, payment_id), 90)
    s3, bucket = deployment.client("s3"), outputs["audit_bucket_name"]
    s3.put_object(Bucket=bucket, Key=audit_key, Body=b"a second version")
    s3.delete_object(Bucket=bucket, Key=audit_key)  # and a delete marker
    deployment.client("sqs").send_message(QueueUrl=outputs["dead_letter_queue_url"], MessageBody="a failed event")
    before = leftovers.find(deployment.client, deployment.target.ownership)
    assert before.found, "the listing sees what stands there; else its silence would prove nothing"

    teardown.destroy(deployment)

    left = leftovers.after_destroy(deployment)
    assert left.found == []
    # Another environment's keys may be on their way out already.
    pending = set(left.pending) - set(before.pending)
    keys = [item.split(",")[0].removeprefix("kms key ") for item in pending]
    assert len(keys) == 2, "the stack's key and the cursors' key, and nothing else"
    assert outputs["kms_key_arn"].split("/")[-1] in keys
    assert deployment.terraform.outputs() == {}
