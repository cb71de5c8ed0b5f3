"""The currencies are those of ISO 4217 that are paid in: compared with the standard's table, from a package."""

from __future__ import annotations

import json

import iso4217
import pytest

from payments.currencies import CURRENCIES, EDITION, MINOR_UNITS
from payments.errors import PaymentError
from payments.validation import payment_request

FUNDS = ["BOV", "CHE", "CHW", "CLF", "COU", "MXV", "USN", "UYI"]
# Without the mark of a fund in the table, and with minor units: Uruguay's pension unit, the Arab Monetary Fund's dinar.
UNITS_OF_ACCOUNT = ["UYW", "XAD"]
NO_MONEY = ["XAG", "XAU", "XBA", "XBB", "XBC", "XBD", "XDR", "XPD", "XPT", "XSU", "XTS", "XUA", "XXX"]
WITHDRAWN = ["BGN", "DEM", "FRF", "HRK", "SLL", "VEF", "ZWL"]


def test_the_list_is_the_standards_without_what_nobody_pays_in() -> None:
    table: dict[str, int] = {}
    funds, without_units = set(), set()
    for entry in iso4217.raw_xml.iterfind("CcyTbl/CcyNtry"):
        code, name, units = entry.findtext("Ccy"), entry.find("CcyNm"), entry.findtext("CcyMnrUnts") or ""
        if not code:
            continue  # Antarctica has no currency
        if name is not None and name.get("IsFund"):
            funds.add(code)
        elif units.isdigit():
            table[code] = int(units)
        else:
            without_units.add(code)
    assert iso4217.raw_xml.attrib["Pblshd"] == EDITION, "a new edition: compare the lists and the docs"
    assert sorted(funds) == FUNDS
    assert sorted(without_units) == NO_MONEY
    assert {code: units for code, units in table.items() if code not in UNITS_OF_ACCOUNT} == MINOR_UNITS


@pytest.mark.parametrize("currency", sorted(CURRENCIES))
def test_a_currency_is_accepted(currency: str) -> None:
    body = {"amount": 1050, "currency": currency, "payment_token": "tok_visa"}
    assert payment_request("m-1", json.dumps(body)).currency == currency


@pytest.mark.parametrize(
    "currency", [*FUNDS, *UNITS_OF_ACCOUNT, *NO_MONEY, *WITHDRAWN, "eur", "EU", "EURO", "€", "978"]
)
def test_what_nobody_pays_in_is_refused(currency: str) -> None:
    body = {"amount": 1050, "currency": currency, "payment_token": "tok_visa"}
    with pytest.raises(PaymentError) as caught:
        payment_request("m-1", json.dumps(body))
    assert [error.pointer for error in caught.value.errors] == ["/currency"]
