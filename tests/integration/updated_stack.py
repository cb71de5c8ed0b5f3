"""A stack's JSON with a change to every kind of resource that Terraform updates where it stands, and to the tags."""

from __future__ import annotations

import base64
import copy
import hashlib
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

# Resource type -> dotted path of an argument, and the value that it gets in each resource of the type.
CHANGES: Mapping[str, tuple[str, Any]] = {
    "aws_apigatewayv2_api": ("description", "changed"),
    "aws_apigatewayv2_integration": ("timeout_milliseconds", 10500),
    "aws_apigatewayv2_route": ("operation_name", "changed"),
    "aws_apigatewayv2_stage": ("default_route_settings.throttling_burst_limit", 77),
    "aws_cloudwatch_dashboard": ("dashboard_body", '{"widgets": []}'),
    "aws_cloudwatch_event_rule": ("description", "changed"),
    "aws_cloudwatch_log_group": ("retention_in_days", 400),
    "aws_cloudwatch_log_metric_filter": ("pattern", '{ $.status = "503" }'),
    "aws_cloudwatch_metric_alarm": ("alarm_description", "changed"),
    "aws_dynamodb_table": ("table_class", "STANDARD_INFREQUENT_ACCESS"),
    "aws_iam_role": ("description", "changed"),
    "aws_kms_key": ("description", "changed"),
    "aws_lambda_alias": ("description", "changed"),
    "aws_lambda_event_source_mapping": ("batch_size", 50),
    "aws_lambda_function": ("memory_size", 640),
    "aws_secretsmanager_secret": ("description", "changed"),
    "aws_sns_topic": ("display_name", "changed"),
    "aws_sqs_queue": ("visibility_timeout_seconds", 45),
}
# Written anew by the same call as at first, or only ever replaced: their update needs no other permission.
THE_SAME_CALL = {
    "aws_cloudwatch_event_target",
    "aws_iam_role_policy",
    "aws_kms_alias",
    "aws_lambda_function_event_invoke_config",
    "aws_lambda_permission",
    "aws_s3_bucket_lifecycle_configuration",
    "aws_s3_bucket_logging",
    "aws_s3_bucket_ownership_controls",
    "aws_s3_bucket_policy",
    "aws_s3_bucket_public_access_block",
    "aws_s3_bucket_server_side_encryption_configuration",
    "aws_s3_bucket_versioning",
    "aws_sns_topic_policy",
    "aws_sns_topic_subscription",
}
ONLY_TAGS = {"aws_s3_bucket"}


def first(content: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON with a tag more, which the update takes away."""
    changed = copy.deepcopy(dict(content))
    changed["provider"]["aws"][0]["default_tags"][0]["tags"]["CostCentre"] = "42"
    return changed


def updated(content: Mapping[str, Any], directory: Path) -> dict[str, Any]:
    """The JSON with the changes; the functions' zip in `directory` gets another file."""
    missing = content["resource"].keys() - CHANGES.keys() - THE_SAME_CALL - ONLY_TAGS
    assert not missing, f"say in CHANGES what an update changes in {sorted(missing)}, or why nothing"
    changed = copy.deepcopy(dict(content))
    for resource_type, (path, value) in CHANGES.items():
        for resource in changed["resource"].get(resource_type, {}).values():
            _set(resource, path, value)
    for tags in _all_tags(changed):
        tags["Owner"] = "somebody-else"
    del changed["provider"]["aws"][0]["default_tags"][0]["tags"]["CostCentre"]
    _change_policies(changed)
    _change_code(changed, directory)
    return changed


def _all_tags(content: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    yield content["provider"]["aws"][0]["default_tags"][0]["tags"]
    for resources in content["resource"].values():
        yield from (resource["tags"] for resource in resources.values() if "tags" in resource)


def _set(block: Any, path: str, value: Any) -> None:
    *parents, last = path.split(".")
    for parent in parents:
        block = block[parent]
        block = block[0] if isinstance(block, list) else block
    block[last] = value


def _change_policies(content: dict[str, Any]) -> None:
    """Another name for each statement: key policies, trust policies, policies of roles, buckets and topics."""
    for document in content["data"]["aws_iam_policy_document"].values():
        for statement in document["statement"]:
            statement["sid"] = f"{statement['sid']}Changed"


def _change_code(content: dict[str, Any], directory: Path) -> None:
    for function in content["resource"]["aws_lambda_function"].values():
        file = directory / function["filename"]
        with zipfile.ZipFile(file, "a") as archive:
            if "changed" not in archive.namelist():
                archive.writestr("changed", "")
        digest = hashlib.sha256(file.read_bytes()).digest()
        function["source_code_hash"] = base64.b64encode(digest).decode()
