"""Builds all names: `{resource-type}-{purpose}-{environment_suffix}`, within AWS's length limits."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from lib.errors import ToolError

# The first part of a name -> the longest name that AWS accepts. Sources: the services' API references
# (CreateFunction, CreateRole, CreateQueue, CreateTable, …) and the S3 user guide's bucket naming rules.
LIMITS = {
    "alarm": 255,
    "alias": 128,
    "api": 128,
    "dashboard": 255,
    "dynamodb": 255,
    "filter": 512,
    "index": 255,
    "kms": 250,  # an alias may have 256, of which "alias/" takes 6
    "lambda": 64,
    "policy": 128,
    "role": 64,
    "rule": 64,
    "s3": 63,
    "secret": 512,
    "sns": 256,
    "sqs": 80,
    "target": 64,
}
# Maximum length of a purpose, so that every name with a valid suffix is within AWS's limits.
LONGEST_PURPOSE = 32
LONGEST_SUFFIX = min(limit - len(f"{kind}--") for kind, limit in LIMITS.items()) - LONGEST_PURPOSE


@dataclass(frozen=True)
class Naming:
    """The names of one environment. Bucket names contain digits derived from `state_bucket`, to be globally unique."""

    suffix: str
    state_bucket: str

    def __call__(self, resource_type: str, purpose: str) -> str:
        """Return a name: `naming("lambda", "processor")` -> `lambda-processor-dev`. Raises ToolError."""
        if resource_type not in LIMITS:
            raise ToolError(f"resource type {resource_type!r} is not in naming.LIMITS; add it with its longest name")
        if not 0 < len(purpose) <= LONGEST_PURPOSE:
            raise ToolError(
                f"purpose {purpose!r} of a {resource_type} has {len(purpose)} characters; "
                f"use 1 to {LONGEST_PURPOSE}, which leave room for the environment suffix"
            )
        return f"{resource_type}-{purpose}-{self.suffix}"

    @property
    def metrics_namespace(self) -> str:
        """The namespace of the functions' metrics, one for each environment: `Payments/dev`."""
        return f"Payments/{self.suffix}"

    def bucket(self, purpose: str) -> str:
        """Return a bucket's name: `naming.bucket("archive")` -> `s3-archive-1f2e3d4c-dev`.

        Bucket names must be globally unique. The digits are derived from the state bucket's name, which is unique
        itself. They are known during synthesis, so the name is a literal that policies can check.
        """
        return self("s3", f"{purpose}-{self.digest}")

    @property
    def digest(self) -> str:
        """Eight hexadecimal digits derived from the state bucket's name."""
        return hashlib.sha256(self.state_bucket.encode()).hexdigest()[:8]
