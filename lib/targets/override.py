"""The override file for the emulator: the endpoints of the provider and the state backend.

Terraform merges files named *_override.tf.json into the others, so the checked JSON stays unchanged.
developer.hashicorp.com/terraform/language/files/override
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from lib.errors import ToolError
from lib.terraform.stack_folder import StackFolder

OVERRIDE_NAME = "local_override.tf.json"

# Prefix of a resource type -> the provider's name of its service; the first match wins.
# registry.terraform.io/providers/hashicorp/aws/latest/docs/guides/custom-service-endpoints
SERVICES = {
    "aws_apigatewayv2_": "apigatewayv2",
    "aws_caller_identity": "sts",
    "aws_cloudwatch_event_": "events",
    "aws_cloudwatch_log_": "logs",
    "aws_cloudwatch_query_": "logs",
    "aws_cloudwatch_": "cloudwatch",
    "aws_dynamodb_": "dynamodb",
    "aws_iam_": "iam",
    "aws_kms_": "kms",
    "aws_lambda_": "lambda",
    "aws_s3_": "s3",
    "aws_secretsmanager_": "secretsmanager",
    "aws_sns_": "sns",
    "aws_sqs_": "sqs",
    "aws_ssm_": "ssm",
}
# Data sources that the provider computes without a call.
CALL_NOTHING = {"aws_iam_policy_document", "aws_partition", "aws_region"}
# Terraform requires credentials. The emulator accepts any.
DUMMY = {"access_key": "test", "secret_key": "test"}


def services(types: Iterable[str]) -> list[str]:
    """Return the provider's names of the services that these types call."""
    found = {_service(name) for name in types if name not in CALL_NOTHING}
    return sorted({*found, "sts"})  # the provider calls GetCallerIdentity


def _service(resource_type: str) -> str:
    for prefix, service in SERVICES.items():
        if resource_type.startswith(prefix):
            return service
    raise ToolError(
        f"resource type {resource_type} calls a service that the local target does not know; "
        "add it to SERVICES in lib/targets/override.py, so that a local deploy never calls AWS"
    )


def local_override(stack: StackFolder, url: str) -> dict[str, Any]:
    """Return the content of `local_override.tf.json`, which sends every call to `url`.

    A backend block replaces the original one, so it repeats the settings that stay. A provider block is merged.
    """
    if not re.fullmatch(r"https?://[^/]+", url):
        raise ToolError(f"emulator address {url!r} is not http://host:port")
    skip = {"skip_credentials_validation": True, "skip_metadata_api_check": True, "skip_region_validation": True}
    backend = {**stack.backend, **DUMMY, **skip, "use_path_style": True, "endpoints": {"s3": url, "sts": url}}
    provider = {
        **DUMMY,
        **skip,
        "s3_use_path_style": True,
        "max_retries": 3,  # few retries, because an emulator that has ended does not come back
        "endpoints": [dict.fromkeys(services(stack.types), url)],
    }
    return {"terraform": {"backend": {"s3": backend}}, "provider": {"aws": [provider]}}


def write_override(stack: StackFolder, url: str) -> None:
    """Write `local_override.tf.json` beside the checked JSON in the working folder."""
    text = json.dumps(local_override(stack, url), indent=2, sort_keys=True)
    (stack.directory / OVERRIDE_NAME).write_text(f"{text}\n")
