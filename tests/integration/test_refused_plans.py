"""A plan that would lose data is refused, and nothing is lost: the deployed stack with a payment in it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from lib.console.polling import wait_for
from lib.demo.showcase import audit_trail, table_item
from lib.plans import planning
from lib.plans.planning import PlanRefusedError
from lib.targets.deployment import Deployment
from lib.terraform.stack_folder import JSON_NAME, StackFolder

Content = dict[str, Any]
pytestmark = pytest.mark.emulator_only("it plans the loss of data")

# A change of the JSON's resources; `renamed` gives constructs other names, wherever they stand.
Changed = Callable[..., Deployment]


@pytest.fixture
def changed(deployment: Deployment) -> Iterator[Changed]:
    """The deployment as if its JSON were another one; the JSON is put back afterwards."""
    file = deployment.stack.directory / JSON_NAME
    original = file.read_bytes()

    def make(change: Callable[[Content], None], renamed: str = "") -> Deployment:
        content = json.loads(original.replace(renamed.encode(), b"under_another_construct") if renamed else original)
        change(content["resource"])
        file.write_text(json.dumps(content))
        return Deployment(StackFolder(deployment.stack.directory, content), deployment.terraform, deployment.target)

    yield make
    file.write_bytes(original)


@pytest.fixture
def payment_id(deployment: Deployment, wish: Callable[..., dict[str, Any]], key: str) -> str:
    """A payment that is in the table and in the archive."""
    payment_id = str(deployment.payments.create(wish(), key).body["payment_id"])
    wait_for("the audit record", lambda: audit_trail(deployment, payment_id), 90)
    return payment_id


def refusals(deployment: Deployment) -> dict[str, str]:
    """Address -> what the refusal says; the apply must be refused."""
    with pytest.raises(PlanRefusedError) as caught:
        planning.apply(deployment)
    assert caught.value.exit_code == 1
    return {refusal.address: str(refusal) for refusal in caught.value.refusals}


def only(resources: Content, type_: str, **having: Any) -> str:
    """The name of the one resource of a type that has these arguments."""
    (name,) = (name for name, each in resources[type_].items() if having.items() <= each.items())
    return str(name)


def test_renamed_table_removed_bucket_replaced_key_shorter_logs(
    deployment: Deployment, outputs: dict[str, str], changed: Changed, payment_id: str
) -> None:
    declared = deployment.stack.content["resource"]
    name_of_table = only(declared, "aws_dynamodb_table")
    name_of_bucket = only(declared, "aws_s3_bucket", bucket=outputs["audit_bucket_name"])
    name_of_key = only(declared, "aws_kms_key", customer_master_key_spec="HMAC_256")
    name_of_group = only(declared, "aws_cloudwatch_log_group", name=f"/aws/lambda/{outputs['archive_function_name']}")

    def change(resources: Content) -> None:
        resources["aws_dynamodb_table"][name_of_table]["name"] += "-2"
        resources["aws_kms_key"][name_of_key]["customer_master_key_spec"] = "HMAC_512"
        resources["aws_cloudwatch_log_group"][name_of_group]["retention_in_days"] = 30

    found = refusals(changed(change, renamed=name_of_bucket))
    table, bucket = f"aws_dynamodb_table.{name_of_table}", f"aws_s3_bucket.{name_of_bucket}"
    key, group = f"aws_kms_key.{name_of_key}", f"aws_cloudwatch_log_group.{name_of_group}"
    assert found.keys() == {table, bucket, key, group}
    assert "forces replacement: name" in found[table]
    assert f"({outputs['audit_bucket_name']}) holds data and would be destroyed" in found[bucket]
    assert "forces replacement: customer_master_key_spec" in found[key]
    assert "retention_in_days 365 -> 30" in found[group]

    assert table_item(deployment, payment_id)["payment_id"] == payment_id
    assert audit_trail(deployment, payment_id)
    for key_id in deployment.terraform.state().values("key_id", "aws_kms_key"):
        assert deployment.client("kms").describe_key(KeyId=key_id)["KeyMetadata"]["KeyState"] == "Enabled"


def test_another_key_schema_and_shorter_periods(deployment: Deployment, changed: Changed, payment_id: str) -> None:
    def change(resources: Content) -> None:
        (table,) = resources["aws_dynamodb_table"].values()
        table["range_key"] = "created_at"
        for queue in resources["aws_sqs_queue"].values():
            queue["message_retention_seconds"] = 60
        for lifecycle in resources["aws_s3_bucket_lifecycle_configuration"].values():
            for rule in lifecycle["rule"]:
                for expiry in rule.get("noncurrent_version_expiration", []):
                    expiry["noncurrent_days"] = 1

    found = refusals(changed(change))
    by_type = {address.partition(".")[0]: text for address, text in found.items()}
    assert "forces replacement: range_key" in by_type["aws_dynamodb_table"]
    assert "message_retention_seconds 1209600 -> 60" in by_type["aws_sqs_queue"]
    assert "expire 1 days after a replacement" in by_type["aws_s3_bucket_lifecycle_configuration"]
    assert len(found) == 6, "the table, three queues, both buckets"
    assert table_item(deployment, payment_id)["payment_id"] == payment_id
