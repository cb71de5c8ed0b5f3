"""Terraform and what stands there agree; where they do not, a plan says so and an apply repairs it."""

from __future__ import annotations

import json

import pytest

from lib.plans import planning
from lib.targets.deployment import Deployment
from lib.targets.pages import pages


@pytest.mark.aws
def test_a_second_plan_says_no_changes(deployment: Deployment) -> None:
    plan = deployment.plan()
    assert plan.no_changes, plan.text


@pytest.mark.emulator_only("the credentials of a deploy need not read the state from here")
def test_the_state_lies_in_the_state_bucket_under_its_promised_key(
    deployment: Deployment, environ: dict[str, str]
) -> None:
    suffix, bucket = environ["ENVIRONMENT_SUFFIX"], environ["TERRAFORM_STATE_BUCKET"]
    client = deployment.client("s3")
    keys = [item["Key"] for item in pages(client, "list_objects_v2", "Contents", Bucket=bucket)]
    assert keys == [f"{suffix}/TapStack{suffix}.tfstate"], "one state, and no lock left in place"
    state = json.loads(client.get_object(Bucket=bucket, Key=keys[0])["Body"].read())
    assert state["outputs"].keys() == deployment.outputs.keys()


@pytest.mark.emulator_only("it takes protection away")
def test_drift_is_seen_and_repaired(deployment: Deployment, outputs: dict[str, str]) -> None:
    table, bucket = outputs["transactions_table_name"], outputs["audit_bucket_name"]
    dynamodb, s3 = deployment.client("dynamodb"), deployment.client("s3")
    dynamodb.update_continuous_backups(
        TableName=table, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": False}
    )
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Suspended"})

    plan = deployment.plan()
    assert not plan.no_changes
    changed = {change.split(".")[0] for change in plan.changes}
    assert changed >= {"update aws_dynamodb_table", "update aws_s3_bucket_versioning"}
    assert not [change for change in plan.changes if change.startswith(("delete", "replace", "create"))]
    assert "point_in_time_recovery" in plan.text

    planning.apply(deployment)
    backups = dynamodb.describe_continuous_backups(TableName=table)["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"
    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
