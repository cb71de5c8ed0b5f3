"""Whose a resource is: told by its Environment tag, and by its exact name where it has no tags.

The end of a name does not tell: lambda-archiver-my-dev ends in -dev, and belongs to the environment my-dev.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from lib.naming import Naming
from lib.settings import Settings

TAG = "Environment"
MANAGED_BY = ("ManagedBy", "cdktf")

# What takes no tags (dashboards, aliases, policies), or has them a moment after it was made (buckets).
UNTAGGED = {
    "alias/kms": ("cursors", "payments"),
    "dashboard": ("payments",),
}
UNTAGGED_BUCKETS = ("access-logs", "archive")

Tags = Callable[[], Mapping[str, str]]


@dataclass(frozen=True)
class Ownership:
    """What counts as ours: an environment's resources, or everything (`suffix` None).

    `names` are those of its resources that may have no tags. `kept` are names that belong to somebody else all the
    same: the state bucket.
    """

    suffix: str | None = None
    names: frozenset[str] = frozenset()
    kept: tuple[str, ...] = ()

    @classmethod
    def of(cls, settings: Settings) -> Ownership:
        """The environment of these settings."""
        naming = Naming(settings.environment_suffix, settings.state_bucket)
        plain = {
            f"{kind}-{purpose}-{settings.environment_suffix}"
            for kind, purposes in UNTAGGED.items()
            for purpose in purposes
        }
        buckets = {naming.bucket(purpose) for purpose in UNTAGGED_BUCKETS}
        return cls(settings.environment_suffix, frozenset(plain | buckets), (settings.state_bucket,))

    def owns(self, name: str, tags: Tags = dict) -> bool:
        """`tags` is asked only where the name leaves it open; one that takes no tags has none."""
        if name in self.kept:
            return False
        if self.suffix is None or name in self.names:
            return True
        if name and not name.endswith(f"-{self.suffix}"):
            return False
        found = tags()
        return found.get(TAG) == self.suffix and found.get(MANAGED_BY[0]) == MANAGED_BY[1]
