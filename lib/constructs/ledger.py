"""The ledger: the DynamoDB table of payments. If records differ, the ledger decides."""

from __future__ import annotations

from constructs import Construct

from lib.aws import (
    DynamodbTable,
    DynamodbTableAttribute,
    DynamodbTableGlobalSecondaryIndex,
    DynamodbTablePointInTimeRecovery,
    DynamodbTableServerSideEncryption,
)
from lib.naming import Naming

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

    `index_…`: a merchant's payments by time. `pending_index_…`: payments that wait for the gateway's answer or for a
    capture. Only these have its key, so the index stays small.
    """

    def __init__(self, scope: Construct, id_: str, *, naming: Naming, key_arn: str) -> None:
        super().__init__(scope, id_)
        self.index_name = naming("index", "merchant")
        self.pending_index_name = naming("index", "pending")
        self.table = DynamodbTable(
            self,
            "transactions",
            name=naming("dynamodb", "transactions"),
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
            server_side_encryption=DynamodbTableServerSideEncryption(enabled=True, kms_key_arn=key_arn),
            stream_enabled=True,
            stream_view_type="NEW_AND_OLD_IMAGES",  # audit records contain the values before and after
            deletion_protection_enabled=False,
        )
        self.index_arn = f"{self.table.arn}/index/{self.index_name}"
        self.pending_index_arn = f"{self.table.arn}/index/{self.pending_index_name}"
