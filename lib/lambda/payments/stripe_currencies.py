"""Currencies that Stripe takes: those whose amounts mean the same in Stripe's API and in ISO 4217.

Source: docs.stripe.com/currencies, "Zero-decimal currencies" and "Special cases" (November 2026); its edition of
December 2022 has "Three-decimal currencies".
"""

from __future__ import annotations

from iso4217 import Currency

# Every other currency has two decimals there. UGX is on Stripe's list of these, too, but its special case overrules the
# list: like ISK, it is "represented as a two-decimal value". HUF and TWD are special in payouts, which we make none of.
ZERO_DECIMAL = frozenset(
    {"BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"}
)

RULE = "is a currency whose minor unit at Stripe is the one of ISO 4217"


def is_taken(currency: str) -> bool:
    """Stripe reads an ISO 4217 amount of the currency as it is meant.

    Not so with ISK, MGA and UGX, where Stripe's amounts differ by a factor of 100. Those of three decimals are refused
    too: Stripe takes BHD, JOD, KWD, OMR and TND only in amounts that end in 0, refunds included.
    """
    decimals = 0 if currency in ZERO_DECIMAL else 2
    return any(known.code == currency and known.exponent == decimals for known in Currency)
