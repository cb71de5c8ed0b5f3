"""Currencies that Stripe's adapter does not accept, because the same amount differs between Stripe and ISO 4217.

Source: docs.stripe.com/currencies, "Zero-decimal currencies" and "Special cases" (November 2026); its edition of
December 2022 has "Three-decimal currencies".
"""

from __future__ import annotations

from payments.currencies import MINOR_UNITS

# At Stripe, every other currency has two decimals. UGX is on Stripe's list of these, but its special case overrides the
# list: like ISK, it is "represented as a two-decimal value". HUF and TWD differ in payouts only, which we do not use.
ZERO_DECIMAL = frozenset(
    {"BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"}
)

# Stripe's amounts of ISK, MGA and UGX differ by a factor of 100. Currencies with three decimals are refused, too:
# Stripe accepts BHD, JOD, KWD, OMR and TND only in amounts that end in 0, including refunds.
UNSUPPORTED = frozenset(
    code for code, decimals in MINOR_UNITS.items() if decimals != (0 if code in ZERO_DECIMAL else 2)
)
