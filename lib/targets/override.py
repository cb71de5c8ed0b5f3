"""The one thing that differs between AWS and the emulator: where the provider and the state's backend call.

Terraform merges files named *_override.tf.json over the others, so the judged JSON is deployed as it was judged.
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

# What a resource type begins with -> the provider's name of the service that it calls; the first that fits.
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
# What the provider computes by itself.
CALL_NOTHING = {"aws_iam_policy_document", "aws_partition", "aws_region"}
# The emulator accepts any; to look like credentials at all, there must be some.
DUMMY = {"access_key": "test", "secret_key": "test"}


def services(types: Iterable[str]) -> list[str]:
    """The services that these types call, by the provider's names."""
    found = {_service(name) for name in types if name not in CALL_NOTHING}
    return sorted({*found, "sts"})  # the provider asks who it is


def _service(resource_type: str) -> str:
    for prefix, service in SERVICES.items():
        if resource_type.startswith(prefix):
            return service
    raise ToolError(
        f"resource type {resource_type} calls a service that the local target does not know; "
        "add it to SERVICES in lib/targets/override.py, so that nothing of a local deploy calls AWS"
    )


def local_override(stack: StackFolder, url: str) -> dict[str, Any]:
    """What `local_override.tf.json` holds: every call goes to `url`.

    A backend block replaces the other one as a whole, so it repeats what it keeps; a provider block is merged.
    """
    if not re.fullmatch(r"https?://[^/]+", url):
        raise ToolError(f"emulator address {url!r} is no http://host:port")
    skip = {"skip_credentials_validation": True, "skip_metadata_api_check": True, "skip_region_validation": True}
    backend = {**stack.backend, **DUMMY, **skip, "use_path_style": True, "endpoints": {"s3": url, "sts": url}}
    provider = {
        **DUMMY,
        **skip,
        "s3_use_path_style": True,
        "max_retries": 3,  # an emulator that is gone does not come back
        "endpoints": [dict.fromkeys(services(stack.types), url)],
    }
    return {"terraform": {"backend": {"s3": backend}}, "provider": {"aws": [provider]}}


def write_override(stack: StackFolder, url: str) -> None:
    """Beside the judged JSON, in the working folder."""
    text = json.dumps(local_override(stack, url), indent=2, sort_keys=True)
    (stack.directory / OVERRIDE_NAME).write_text(f"{text}\n")
