"""The key that signs the cursors of lists: it makes and checks MACs inside KMS and never leaves it."""

from __future__ import annotations

from constructs import Construct

from lib.aws import KmsAlias, KmsKey
from lib.constructs.context import Context
from lib.constructs.encryption import ADMINISTRATION, THIS_KEY
from lib.constructs.policy import Principals, allow, condition, document

ALGORITHM = "HMAC_SHA_256"
USE = ("kms:GenerateMac", "kms:VerifyMac")


class CursorKey(Construct):
    """`key`, which only who is granted USE in an IAM policy can use."""

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
            deletion_window_in_days=7,  # AWS's minimum: what is destroyed must not linger
            policy=document(
                self,
                "key_policy",
                [
                    # Root stands for the account: it lets IAM policies of the account grant these.
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
