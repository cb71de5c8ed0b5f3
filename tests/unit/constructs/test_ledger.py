"""The table of payments."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from payments.item import from_item, to_item
from payments.payment import Payment, Request
from payments.simulated import Simulated
from payments.step import Caller

if TYPE_CHECKING:
    from tests.unit.conftest import Template

TABLE = "ledger/transactions"
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
WISH = Request("m-1", 4200, "EUR", "tok_secret", customer_id="c-1", metadata={"order": "1"})


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
        ("awaiting", "S"),
        ("due_at", "S"),
    }


def test_the_index_lists_a_merchants_payments_by_time(template: Template) -> None:
    """With all that a list shows, so that it needs no second read; without the token."""
    index, _ = template[TABLE]["global_secondary_index"]
    assert (index["name"], index["hash_key"], index["range_key"]) == ("index-merchant-dev", "merchant_id", "created_at")
    assert index["projection_type"] == "INCLUDE"
    made = Payment.new(WISH, "k", Simulated(), Caller("arn", "AID", "r-1"), NOW)
    declined = dataclasses.replace(
        made, decline_code="expired_card", capture_before="2026-12-01T00:00:00Z", gateway_reference="sim_1"
    )
    for payment in (made, declined, dataclasses.replace(declined, status="authorized", captured=7, refunded=3)):
        item = to_item(payment)
        indexed = {
            name: item[name]
            for name in ("payment_id", "merchant_id", "created_at", *index["non_key_attributes"])
            if name in item
        }
        assert from_item(indexed).shown() == payment.shown()
        assert "tok_secret" not in str(indexed)
        assert "payment_token" in item, "so that there is something to leave out"


def test_the_pending_index_holds_only_what_waits(template: Template) -> None:
    """Sparse: its keys are in no other item. Beside them it has what tells the oldest."""
    _, index = template[TABLE]["global_secondary_index"]
    assert index == {
        "name": "index-pending-dev",
        "hash_key": "awaiting",
        "range_key": "due_at",
        "projection_type": "INCLUDE",
        "non_key_attributes": ["pending_since"],
    }
    waiting = to_item(Payment.new(WISH, "k", Simulated(), Caller("arn", "AID", "r-1"), NOW))
    assert {"awaiting", "due_at", "pending_since"} <= waiting.keys()


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
