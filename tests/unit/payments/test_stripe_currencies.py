"""The currencies that Stripe's adapter does not take. docs.stripe.com/currencies"""

from __future__ import annotations

import pytest

from payments.stripe_currencies import UNSUPPORTED

TAKEN = ["EUR", "USD", "JPY", "KRW", "CLP", "VND", "XAF", "HUF", "TWD", "COP", "IDR"]


@pytest.mark.parametrize("currency", ["ISK", "UGX", "MGA"])
def test_a_factor_of_100_is_refused(currency: str) -> None:
    """ISK and UGX have two decimals at Stripe and none in ISO 4217; MGA none at Stripe and two in ISO 4217."""
    assert currency in UNSUPPORTED


@pytest.mark.parametrize("currency", ["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"])
def test_three_decimals_are_refused(currency: str) -> None:
    assert currency in UNSUPPORTED


@pytest.mark.parametrize("currency", TAKEN)
def test_what_means_the_same_is_taken(currency: str) -> None:
    """HUF and TWD are special in payouts; a charge in them has two decimals."""
    assert currency not in UNSUPPORTED


def test_no_other_currency_is_refused() -> None:
    assert {"ISK", "UGX", "MGA", "BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"} == UNSUPPORTED
