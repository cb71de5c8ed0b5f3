"""Cursors of lists. A cursor has the position of the next page, and a MAC over position and query against forgery.

KMS computes the MAC. A cursor consists of letters only, because digits could look like a card number and be refused.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Protocol

import boto3

from payments.calls import CONFIG, call
from payments.errors import FieldError, InvalidRequestError
from payments.service import PAYMENT_ID, Place, Query

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

MAC_BYTES = 32  # of HMAC_SHA_256
LONGEST = 512
CREATED_AT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
LETTERS = re.compile(r"(?:[a-p]{2})+")
_TO_LETTERS = str.maketrans("0123456789abcdef", "abcdefghijklmnop")
_TO_HEX = str.maketrans("abcdefghijklmnop", "0123456789abcdef")


class Signer(Protocol):
    """Makes and checks message authentication codes (MACs). Raises UnavailableError if the service does not answer."""

    def sign(self, message: bytes) -> bytes:
        """Return the MAC of a message, MAC_BYTES long."""

    def verify(self, message: bytes, mac: bytes) -> bool:
        """Return whether the MAC belongs to the message."""


class KmsSigner:
    """Signs with a KMS key, which never leaves KMS. docs.aws.amazon.com/kms/latest/developerguide/hmac.html"""

    def __init__(self, key: str, client: KMSClient | None = None) -> None:
        self._key = key
        self._client = client or boto3.client("kms", config=CONFIG)

    def sign(self, message: bytes) -> bytes:
        answer = call(self._client.generate_mac, KeyId=self._key, MacAlgorithm="HMAC_SHA_256", Message=message)
        mac: bytes = answer["Mac"]
        return mac

    def verify(self, message: bytes, mac: bytes) -> bool:
        try:
            call(self._client.verify_mac, KeyId=self._key, MacAlgorithm="HMAC_SHA_256", Message=message, Mac=mac)
        except self._client.exceptions.KMSInvalidMacException:
            return False
        return True


def write(place: Place, query: Query, signer: Signer) -> str:
    """Return the cursor for the page that begins after that place."""
    message = _message(place, query)
    text = json.dumps([place.created_at, place.payment_id], separators=(",", ":")).encode()
    return (signer.sign(message) + text).hex().translate(_TO_LETTERS)


def read(cursor: str, query: Query, signer: Signer) -> Place:
    """Return the position in a cursor.

    Raises InvalidRequestError if the cursor is malformed, was changed, or belongs to another query.
    """
    refused = InvalidRequestError(
        FieldError("cursor", "must be a next_cursor of this list, with the same merchant_id, from and to")
    )
    if len(cursor) > LONGEST or not LETTERS.fullmatch(cursor):
        raise refused
    content = bytes.fromhex(cursor.translate(_TO_HEX))
    mac, text = content[:MAC_BYTES], content[MAC_BYTES:]
    try:
        created_at, payment_id = json.loads(text)
        if not (CREATED_AT.fullmatch(created_at) and PAYMENT_ID.fullmatch(payment_id)):
            raise refused
    except (ValueError, TypeError, RecursionError):
        raise refused from None
    place = Place(created_at, payment_id)
    if not signer.verify(_message(place, query), mac):
        raise refused
    return place


def _message(place: Place, query: Query) -> bytes:
    return json.dumps([*vars(place).values(), query.merchant_id, query.begin, query.end]).encode()
