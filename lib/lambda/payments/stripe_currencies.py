"""Currencies that Stripe's adapter does not accept: Stripe's minor unit is another one than that of ISO 4217.

Source: docs.stripe.com/currencies, "Zero-decimal currencies" and "Special cases" (November 2026). The section
"Three-decimal currencies" is in the page's edition of December 2022.
"""

from __future__ import annotations

from payments.currencies import MINOR_UNITS

# At Stripe, every currency that is not in this set has two decimals. UGX is on Stripe's list of zero-decimal
# currencies, but a special case overrides the list: UGX, like ISK, is "represented as a two-decimal value". HUF and TWD
# differ only in payouts, which this project does not use.
ZERO_DECIMAL = frozenset(
    {"BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"}
)

# Stripe's amounts of ISK, MGA and UGX differ by a factor of 100. Currencies with three decimals are refused, too:
# Stripe accepts BHD, JOD, KWD, OMR and TND only in amounts that end in 0, including refunds.
UNSUPPORTED = frozenset(
    code for code, decimals in MINOR_UNITS.items() if decimals != (0 if code in ZERO_DECIMAL else 2)
)
