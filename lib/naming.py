"""Every name in one place: `{resource-type}-{purpose}-{environment_suffix}`, within AWS's limits by construction."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from lib.errors import ToolError

# Longest name AWS accepts, by the resource type that a name begins with. Sources: the services' API references
# (CreateFunction, CreateRole, CreateQueue, CreateTable, …) and the S3 user guide's bucket naming rules.
LIMITS = {
    "alarm": 255,
    "alias": 128,
    "api": 128,
    "dashboard": 255,
    "dynamodb": 255,
    "filter": 512,
    "index": 255,
    "kms": 250,  # an alias has 256, of which "alias/" takes 6
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
# A purpose has at most this many characters, so one rule at the door bounds every name that a suffix becomes part of.
LONGEST_PURPOSE = 32
LONGEST_SUFFIX = min(limit - len(f"{kind}--") for kind, limit in LIMITS.items()) - LONGEST_PURPOSE


@dataclass(frozen=True)
class Naming:
    """Names of one environment; `state_bucket` seeds the names that must differ from everybody else's in the world."""

    suffix: str
    state_bucket: str

    def __call__(self, resource_type: str, purpose: str) -> str:
        """`naming("lambda", "processor")` -> `lambda-processor-dev`. ToolError for a type or purpose out of bounds."""
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
        """Where the functions count: `Payments/dev`. Alarms of one environment never see another's metrics."""
        return f"Payments/{self.suffix}"

    def bucket(self, purpose: str) -> str:
        """`naming.bucket("archive")` -> `s3-archive-1f2e3d4c-dev`: bucket names are unique in the whole world.

        The digits come from the state bucket's name, which is itself unique in the world. They are known at synth, so
        the name stays a literal that a policy can read.
        """
        return self("s3", f"{purpose}-{self.digest}")

    @property
    def digest(self) -> str:
        """Eight digits for the state bucket."""
        return hashlib.sha256(self.state_bucket.encode()).hexdigest()[:8]
