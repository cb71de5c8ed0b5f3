"""The ledger: the DynamoDB table of payments. If records differ, the ledger decides."""

from __future__ import annotations

from collections.abc import Sequence

from constructs import Construct

from lib.aws import (
    DynamodbTable,
    DynamodbTableAttribute,
    DynamodbTableGlobalSecondaryIndex,
    DynamodbTablePointInTimeRecovery,
    DynamodbTableServerSideEncryption,
)
from lib.constructs.context import Context
from lib.constructs.policy import Statement, allow

# Read by lib/lambda/payments/settings.py.
TABLE_VARIABLE = "TRANSACTIONS_TABLE"
PENDING_INDEX_VARIABLE = "PENDING_INDEX"
# docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html: DynamoDB uses the key with the
# caller's permissions. CreateGrant is needed only to create the table.
TABLE_KEY_ACTIONS = (
    "kms:Decrypt",
    "kms:DescribeKey",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
)
# Attributes of payments in lists (`Payment.shown`); not the token, nor internal ones.
LISTED = (
    "amount",
    "capture_before",
    "captured",
    "currency",
    "customer_id",
    "decline_code",
    "livemode",
    "metadata",
    "refunded",
    "status",
    "updated_at",
)


class Ledger(Construct):
    """`table`, and the names and ARNs of its two indexes.

    `index_…`: the index that lists a merchant's payments by time. `pending_index_…`: the index of payments that wait
    for the gateway's answer or for a capture. Only these payments have the index's key, so the index stays small.
    """

    def __init__(self, scope: Construct, id_: str, *, context: Context) -> None:
        super().__init__(scope, id_)
        self.index_name = context.naming("index", "merchant")
        self.pending_index_name = context.naming("index", "pending")
        self.table = DynamodbTable(
            self,
            "transactions",
            name=context.naming("dynamodb", "transactions"),
            billing_mode="PAY_PER_REQUEST",
            hash_key="payment_id",
            attribute=[
                DynamodbTableAttribute(name="payment_id", type="S"),
                DynamodbTableAttribute(name="merchant_id", type="S"),
                DynamodbTableAttribute(name="created_at", type="S"),
                DynamodbTableAttribute(name="awaiting", type="S"),
                DynamodbTableAttribute(name="due_at", type="S"),
            ],
            global_secondary_index=[
                DynamodbTableGlobalSecondaryIndex(
                    name=self.index_name,
                    hash_key="merchant_id",
                    range_key="created_at",
                    projection_type="INCLUDE",
                    non_key_attributes=list(LISTED),
                ),
                DynamodbTableGlobalSecondaryIndex(
                    name=self.pending_index_name,
                    hash_key="awaiting",
                    range_key="due_at",
                    projection_type="INCLUDE",
                    non_key_attributes=["pending_since"],  # to compute the oldest age without reading the payments
                ),
            ],
            point_in_time_recovery=DynamodbTablePointInTimeRecovery(enabled=True),
            server_side_encryption=DynamodbTableServerSideEncryption(enabled=True, kms_key_arn=context.key_arn),
            stream_enabled=True,
            stream_view_type="NEW_AND_OLD_IMAGES",  # audit records contain the values before and after
            deletion_protection_enabled=False,
        )
        self.index_arn = f"{self.table.arn}/index/{self.index_name}"
        self.pending_index_arn = f"{self.table.arn}/index/{self.pending_index_name}"
        self.environment = {TABLE_VARIABLE: self.table.name, PENDING_INDEX_VARIABLE: self.pending_index_name}
        self.key_statement = context.allow_key("LedgerKey", TABLE_KEY_ACTIONS, "dynamodb")

    def allow(self, sid: str, operations: Sequence[str], arn: str) -> Statement:
        """Allow operations of DynamoDB, such as `GetItem`, on the table or on one of its indexes."""
        return allow(sid, [f"dynamodb:{name}" for name in operations], [arn])
