"""The one thing that differs between AWS and the emulator: where the provider and the state's backend call.

Terraform merges files named *_override.tf.json over the others, so the judged JSON is deployed as it was judged.
developer.hashicorp.com/terraform/language/files/override
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lib.environments import ToolError

JSON_NAME = "cdk.tf.json"
OVERRIDE_NAME = "local_override.tf.json"
# What is fetched once for all deploys; and a state that could not be saved, which only this file still has.
TERRAFORMS_OWN = (".terraform", ".terraform.lock.hcl", "errored.tfstate")

# What a resource type begins with -> the provider's name of the service that it calls; the first that fits.
# registry.terraform.io/providers/hashicorp/aws/5.100.0/docs/guides/custom-service-endpoints
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


@dataclass(frozen=True)
class Stack:
    """A synthesized stack on disk."""

    directory: Path
    content: Mapping[str, Any]

    @classmethod
    def read(cls, directory: Path) -> Stack:
        """Raises ToolError for what is no synthesized stack with an S3 backend and an AWS provider."""
        try:
            content = json.loads((directory / JSON_NAME).read_text())
        except (OSError, ValueError) as error:
            raise ToolError(f"{directory / JSON_NAME} is no synthesized stack: {error}; run python main.py") from error
        stack = cls(directory, content)
        try:
            _ = stack.backend["bucket"], stack.backend["region"], stack.region
        except (KeyError, IndexError, TypeError) as error:
            raise ToolError(f"{directory / JSON_NAME} lacks {error} of its provider or S3 backend") from error
        return stack

    @property
    def backend(self) -> dict[str, Any]:
        return dict(self.content["terraform"]["backend"]["s3"])

    @property
    def region(self) -> str:
        return str(self.content["provider"]["aws"][0]["region"])

    @property
    def tags(self) -> dict[str, str]:
        """What the provider puts on every resource that takes tags."""
        blocks = self.content["provider"]["aws"][0].get("default_tags") or [{}]
        return dict(blocks[0].get("tags", {}))

    @property
    def types(self) -> list[str]:
        """The resource and data types that it uses."""
        return sorted({*self.content.get("resource", {}), *self.content.get("data", {})})

    def copy_to(self, directory: Path) -> Stack:
        """Into a working folder, as it is, assets included.

        Of what is there, Terraform's own files stay, and nothing else: Terraform would read it, and nobody judged it.
        """
        _clear(directory)
        shutil.copytree(self.directory, directory, dirs_exist_ok=True)
        return Stack(directory, self.content)

    @classmethod
    def create(cls, directory: Path, content: Mapping[str, Any]) -> Stack:
        """In a working folder, in place of the one that is there."""
        _clear(directory)
        (directory / JSON_NAME).write_text(json.dumps(content, indent=2, sort_keys=True))
        return cls(directory, content)


def _clear(directory: Path) -> None:
    """A working folder without what is not Terraform's own."""
    directory.mkdir(parents=True, exist_ok=True)
    for entry in directory.iterdir():
        if entry.name not in TERRAFORMS_OWN:
            shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()


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
        "add it to SERVICES in lib/deploy/override.py, so that nothing of a local deploy calls AWS"
    )


def local_override(stack: Stack, url: str) -> dict[str, Any]:
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


def write_override(stack: Stack, url: str) -> None:
    """Beside the judged JSON, in the working folder."""
    text = json.dumps(local_override(stack, url), indent=2, sort_keys=True)
    (stack.directory / OVERRIDE_NAME).write_text(f"{text}\n")
