"""Decides whether a resource belongs to an environment: by its Environment tag, or by its exact name without tags.

The end of a name is not enough: lambda-archiver-my-dev ends in -dev, but belongs to the environment my-dev.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from lib.naming import Naming
from lib.settings import Settings

TAG = "Environment"
MANAGED_BY = ("ManagedBy", "cdktf")

# Resources that have no tags (dashboards, aliases, policies), or get them shortly after their creation (buckets).
UNTAGGED = {
    "alias/kms": ("cursors", "payments"),
    "dashboard": ("payments",),
}
UNTAGGED_BUCKETS = ("access-logs", "archive")

Tags = Callable[[], Mapping[str, str]]


@dataclass(frozen=True)
class Ownership:
    """Decides which resources belong to an environment. With `suffix` None, all resources do.

    `names` are the names of the environment's resources without tags. `kept` are names that never belong to it, such as
    the state bucket's.
    """

    suffix: str | None = None
    names: frozenset[str] = frozenset()
    kept: tuple[str, ...] = ()

    @classmethod
    def of(cls, settings: Settings) -> Ownership:
        """Return the ownership of the environment that the settings name."""
        naming = Naming(settings.environment_suffix, settings.state_bucket)
        plain = {
            f"{kind}-{purpose}-{settings.environment_suffix}"
            for kind, purposes in UNTAGGED.items()
            for purpose in purposes
        }
        buckets = {naming.bucket(purpose) for purpose in UNTAGGED_BUCKETS}
        return cls(settings.environment_suffix, frozenset(plain | buckets), (settings.state_bucket,))

    def owns(self, name: str, tags: Tags = dict) -> bool:
        """Return whether a resource belongs to the environment. `tags` is called only if the name does not decide."""
        if name in self.kept:
            return False
        if self.suffix is None or name in self.names:
            return True
        if name and not name.endswith(f"-{self.suffix}"):
            return False
        found = tags()
        return found.get(TAG) == self.suffix and found.get(MANAGED_BY[0]) == MANAGED_BY[1]
