"""What every construct of one stack is made with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lib.constructs.account import Account
from lib.constructs.policy import Statement, allow, condition
from lib.naming import Naming


@dataclass(frozen=True)
class Context:
    """Where the stack stands, how it names its resources, the key that encrypts them, and how long logs are kept."""

    account: Account
    naming: Naming
    key_arn: str
    log_retention_days: int

    def allow_key(self, sid: str, actions: Sequence[str], service: str) -> Statement:
        """Allow the key's use through one service, such as `dynamodb`, with the caller's permissions."""
        via_service = condition("StringEquals", "kms:ViaService", self.account.service(service))
        return allow(sid, actions, [self.key_arn], conditions=[via_service])
