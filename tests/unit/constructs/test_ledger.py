"""The table of payments."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.unit.conftest import Template

TABLE = "ledger/transactions"


def test_the_table_is_keyed_by_payment(template: Template) -> None:
    """DynamoDB wants an attribute definition for each key of table and index, and for nothing else."""
    table = template[TABLE]
    assert table["name"] == "dynamodb-transactions-dev"
    assert table["hash_key"] == "payment_id"
    assert "range_key" not in table
    assert table["billing_mode"] == "PAY_PER_REQUEST"
    assert {(item["name"], item["type"]) for item in table["attribute"]} == {
        ("payment_id", "S"),
        ("merchant_id", "S"),
        ("created_at", "S"),
    }


def test_the_index_lists_a_merchants_payments_by_time(template: Template) -> None:
    """With the whole item, so that a list needs no second read."""
    assert template[TABLE]["global_secondary_index"] == [
        {
            "name": "index-merchant-dev",
            "hash_key": "merchant_id",
            "range_key": "created_at",
            "projection_type": "ALL",
        }
    ]


def test_the_table_is_encrypted_recoverable_and_can_be_destroyed(template: Template) -> None:
    """The three that the team asked for first."""
    table = template[TABLE]
    assert table["server_side_encryption"] == {"enabled": True, "kms_key_arn": template.ref("encryption/key", "arn")}
    assert table["point_in_time_recovery"] == {"enabled": True}
    assert table["deletion_protection_enabled"] is False


def test_the_stream_tells_what_was_and_what_is(template: Template) -> None:
    """The outbox of the audit trail."""
    assert template[TABLE]["stream_enabled"] is True
    assert template[TABLE]["stream_view_type"] == "NEW_AND_OLD_IMAGES"
