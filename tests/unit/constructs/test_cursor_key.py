"""The key that signs cursors: for MACs only, and for whom an IAM policy names."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.unit.conftest import Template


def test_the_key_makes_macs_and_goes_as_soon_as_aws_allows(template: Template) -> None:
    """Rotation is not said: AWS refuses it for such keys."""
    key = template["list_cursors/key"]
    assert (key["key_usage"], key["customer_master_key_spec"]) == ("GENERATE_VERIFY_MAC", "HMAC_256")
    assert key["deletion_window_in_days"] == 7
    assert "enable_key_rotation" not in key
    assert template["list_cursors/alias"]["name"] == "alias/kms-cursors-dev"


def test_the_account_administers_it_and_signs_with_one_algorithm(template: Template) -> None:
    """And nobody else is let in."""
    statements = template.statements("list_cursors/key_policy")
    assert set(statements) == {"Administration", "SignCursors"}
    assert not [action for action in statements["Administration"]["actions"] if action.endswith("Mac")]
    assert statements["SignCursors"]["actions"] == ["kms:GenerateMac", "kms:VerifyMac"]
    assert template.conditions(statements["SignCursors"]) == {
        ("StringEquals", "kms:CallerAccount"): ["ACCOUNT"],
        ("StringEquals", "kms:MacAlgorithm"): ["HMAC_SHA_256"],
    }
