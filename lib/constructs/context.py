"""Values that all constructs of a stack share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lib.constructs.account import Account
from lib.constructs.policy import Statement, allow, condition
from lib.naming import Naming


@dataclass(frozen=True)
class Context:
    """The stack's account and region, its resource names, its KMS key, and the retention period of logs."""

    account: Account
    naming: Naming
    key_arn: str
    log_retention_days: int

    def allow_key(self, sid: str, actions: Sequence[str], service: str) -> Statement:
        """Return the statement that allows use of the key through one service, such as `dynamodb`."""
        via_service = condition("StringEquals", "kms:ViaService", self.account.service(service))
        return allow(sid, actions, [self.key_arn], conditions=[via_service])
