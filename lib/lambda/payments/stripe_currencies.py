"""Currencies that Stripe's adapter does not take: their amounts mean another thing in Stripe's API than in ISO 4217.

Source: docs.stripe.com/currencies, "Zero-decimal currencies" and "Special cases" (November 2026); its edition of
December 2022 has "Three-decimal currencies".
"""

from __future__ import annotations

from payments.currencies import MINOR_UNITS

# Every other currency has two decimals there. UGX is on Stripe's list of these, too, but its special case overrules the
# list: like ISK, it is "represented as a two-decimal value". HUF and TWD are special in payouts, which we make none of.
ZERO_DECIMAL = frozenset(
    {"BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"}
)

# Stripe's amounts of ISK, MGA and UGX differ by a factor of 100. Those of three decimals are refused, too: Stripe takes
# BHD, JOD, KWD, OMR and TND only in amounts that end in 0, refunds included.
UNSUPPORTED = frozenset(
    code for code, decimals in MINOR_UNITS.items() if decimals != (0 if code in ZERO_DECIMAL else 2)
)
