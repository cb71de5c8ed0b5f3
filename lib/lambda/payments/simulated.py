"""The simulated gateway: it moves no money and stores nothing. The payment's token decides its answers.

| token | answer |
|---|---|
| `tok_declined_CODE` | declined with `CODE` |
| `tok_unknown_then_approved`, `tok_unknown_then_declined` | no answer to the first call; when repeated, the outcome |
| `tok_slow` | the answer takes longer than the function waits; approved when the call is repeated |
| `tok_refund_declined` | approved, but every refund is declined |
| any other | approved |
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from payments.gateway import TIMEOUT_SECONDS, Answer, Approved, Charge, Declined, Unknown

AUTHORIZATION_LIFETIME = timedelta(days=7)
DECLINED = "tok_declined_"
REFUND_DECLINED = "tok_refund_declined"
REFUNDS_DECLINED = "_refunds_declined"  # suffix of the reference of a payment whose refunds are declined


@dataclass(frozen=True)
class Simulated:
    """The simulated gateway. For `tok_slow`, it calls `sleep` with the longest time that an adapter may take."""

    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    sleep: Callable[[float], None] = time.sleep
    name: str = "simulated"
    livemode: bool = False
    unsupported_currencies: frozenset[str] = frozenset()

    def authorize(self, charge: Charge, key: str, *, repeat: bool) -> Answer:  # noqa: ARG002 - the token decides
        expiry = self.clock().astimezone(UTC) + AUTHORIZATION_LIFETIME
        return self._charge(charge, repeat, expiry.isoformat(timespec="microseconds").replace("+00:00", "Z"))

    def sale(self, charge: Charge, key: str, *, repeat: bool) -> Answer:  # noqa: ARG002 - the token decides
        return self._charge(charge, repeat, None)

    def capture(self, reference: str, amount: int, key: str, *, repeat: bool) -> Answer:  # noqa: ARG002
        return Approved(reference)

    def void(self, reference: str, key: str, *, repeat: bool) -> Answer:  # noqa: ARG002
        return Approved(reference)

    def refund(self, reference: str, amount: int, key: str, *, repeat: bool) -> Answer:  # noqa: ARG002
        return Declined("refund_declined") if reference.endswith(REFUNDS_DECLINED) else Approved(reference)

    def look_up(self, payment_id: str, key: str) -> Answer | None:  # noqa: ARG002 - nothing is kept
        return None

    def _charge(self, charge: Charge, repeat: bool, capture_before: str | None) -> Answer:
        token = charge.payment_token
        if token == "tok_slow" and not repeat:  # noqa: S105 - the name of a case
            self.sleep(TIMEOUT_SECONDS)
            return Unknown("no answer in time")
        if token.startswith("tok_unknown_then_") and not repeat:
            return Unknown("no answer to the first call", reachable=True)
        if token == "tok_unknown_then_declined":  # noqa: S105 - the name of a case
            return Declined("do_not_honor")
        if token.startswith(DECLINED):
            return Declined(token.removeprefix(DECLINED) or "generic_decline")
        refunds = REFUNDS_DECLINED if token == REFUND_DECLINED else ""
        return Approved(f"sim_{charge.payment_id}{refunds}", capture_before)
