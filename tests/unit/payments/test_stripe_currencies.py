"""The currencies that Stripe's adapter takes. docs.stripe.com/currencies"""

from __future__ import annotations

import pytest
from iso4217 import Currency

from payments.stripe_currencies import is_taken


@pytest.mark.parametrize("currency", ["ISK", "UGX", "MGA"])
def test_a_factor_of_100_is_refused(currency: str) -> None:
    """ISK and UGX have two decimals at Stripe and none in ISO 4217; MGA none at Stripe and two in ISO 4217."""
    assert not is_taken(currency)


@pytest.mark.parametrize("currency", ["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"])
def test_three_decimals_are_refused(currency: str) -> None:
    assert not is_taken(currency)


@pytest.mark.parametrize("currency", ["EUR", "USD", "JPY", "KRW", "CLP", "VND", "XAF", "HUF", "TWD", "COP", "IDR"])
def test_what_means_the_same_is_taken(currency: str) -> None:
    """HUF and TWD are special in payouts; a charge in them has two decimals."""
    assert is_taken(currency)


@pytest.mark.parametrize("currency", ["CLF", "UYW", "UYI", "XAU", "XXX", "eur", "EURO", ""])
def test_what_is_no_currency_of_both_is_refused(currency: str) -> None:
    assert not is_taken(currency)


def test_no_other_currency_of_iso_4217_is_refused() -> None:
    refused = {currency.code for currency in Currency if currency.exponent is not None and not is_taken(currency.code)}
    assert refused == {
        *("ISK", "UGX", "MGA"),
        *("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"),
        *("CLF", "UYI", "UYW"),
    }
