"""The KMS key that computes and verifies the MACs of list cursors; it never leaves KMS."""

from __future__ import annotations

from constructs import Construct

from lib.aws import KmsAlias, KmsKey
from lib.constructs.context import Context
from lib.constructs.encryption import ADMINISTRATION, THIS_KEY
from lib.constructs.policy import Principals, allow, condition, document

ALGORITHM = "HMAC_SHA_256"
USE = ("kms:GenerateMac", "kms:VerifyMac")


class CursorKey(Construct):
    """`key` is the KMS key. Only a role with the permissions USE can sign or verify cursors."""

    def __init__(self, scope: Construct, id_: str, *, context: Context) -> None:
        super().__init__(scope, id_)
        account = context.account
        root = Principals(type="AWS", identifiers=[f"arn:{account.partition}:iam::{account.id}:root"])
        this_account = condition("StringEquals", "kms:CallerAccount", account.id)
        self.key = KmsKey(
            self,
            "key",
            description=f"Signs the cursors of the payments API of {context.naming.suffix}",
            is_enabled=True,
            # AWS does not rotate HMAC keys: docs.aws.amazon.com/kms/latest/developerguide/hmac.html
            key_usage="GENERATE_VERIFY_MAC",
            customer_master_key_spec="HMAC_256",
            deletion_window_in_days=7,  # AWS's minimum
            policy=document(
                self,
                "key_policy",
                [
                    # The principal `root` stands for the account, whose IAM policies may grant these actions.
                    allow("Administration", ADMINISTRATION, THIS_KEY, principals=root, conditions=[this_account]),
                    allow(
                        "SignCursors",
                        USE,
                        THIS_KEY,
                        principals=root,
                        conditions=[this_account, condition("StringEquals", "kms:MacAlgorithm", ALGORITHM)],
                    ),
                ],
            ),
        )
        KmsAlias(self, "alias", name=f"alias/{context.naming('kms', 'cursors')}", target_key_id=self.key.key_id)
