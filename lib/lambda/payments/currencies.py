"""The currencies in which a payment can be made, and their decimals.

ISO 4217, list one (current currencies), as published on 2026-01-01 by its maintenance agency:
https://www.six-group.com/en/products-services/financial-information/market-reference-data/data-standards.html
Not included: funds codes (BOV, CHE, CHW, CLF, COU, MXV, USN, UYI), units of account (UYW, XAD, XDR,
XSU, XUA), metals (XAG, XAU, XPD, XPT), bond units (XBA, XBB, XBC, XBD), test codes (XTS) and no currency (XXX). A test
compares the list with the standard's table.
"""

from __future__ import annotations

EDITION = "2026-01-01"

_CODES = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF",
    2: (
        "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC "
        "CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR "
        "JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD "
        "NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN "
        "SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG"
    ),
    3: "BHD IQD JOD KWD LYD OMR TND",
}
# Code -> decimals of its minor unit: an amount of 1050 is 10.50 EUR, 1050 JPY, 1.050 KWD.
MINOR_UNITS = {code: decimals for decimals, codes in _CODES.items() for code in codes.split()}
CURRENCIES = frozenset(MINOR_UNITS)
