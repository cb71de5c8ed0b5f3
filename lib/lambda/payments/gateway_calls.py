"""Makes the gateway call of a step, unless the time is too short or the gateway is down. Each step has one effect."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from payments.circuit import Circuit
from payments.gateway import TIMEOUT_SECONDS, Answer, Charge, Gateway, Unknown
from payments.identifiers import moment
from payments.payment import Payment
from payments.states import AUTHORIZE, CAPTURE, REFUND, SALE, VOID
from payments.step import Step

# A gateway may forget a key after a day (Stripe: docs.stripe.com/api/idempotent_requests). So an older call is first
# looked up, and repeated only if the gateway never received it. The hour less is for clocks that differ.
KEY_LIFETIME = timedelta(hours=23)
LEDGER_SECONDS = 2.0  # longest time of one attempt to record the outcome: payments.calls
SECONDS_FOR_A_CALL = TIMEOUT_SECONDS + LEDGER_SECONDS

CIRCUIT_OPEN = Unknown("the circuit is open")
NO_TIME = Unknown("not enough time is left")

Call = Callable[[Gateway, Payment, Step, str, bool], Answer]


def _charge(payment: Payment) -> Charge:
    if payment.payment_token is None:
        raise ValueError("the payment no longer has its token")
    return Charge(payment.payment_id, payment.merchant_id, payment.amount, payment.currency, payment.payment_token)


def _reference(payment: Payment) -> str:
    if payment.gateway_reference is None:
        raise ValueError("the payment has no gateway reference")
    return payment.gateway_reference


def _amount(payment: Payment, step: Step) -> int:
    return payment.amount if step.amount is None else step.amount


CALLS: dict[str, Call] = {
    AUTHORIZE: lambda to, payment, _, key, repeat: to.authorize(_charge(payment), key, repeat=repeat),
    SALE: lambda to, payment, _, key, repeat: to.sale(_charge(payment), key, repeat=repeat),
    CAPTURE: lambda to, payment, step, key, repeat: to.capture(
        _reference(payment), _amount(payment, step), key, repeat=repeat
    ),
    VOID: lambda to, payment, _, key, repeat: to.void(_reference(payment), key, repeat=repeat),
    REFUND: lambda to, payment, step, key, repeat: to.refund(
        _reference(payment), _amount(payment, step), key, repeat=repeat
    ),
}


@dataclass
class GatewayCalls:
    """`gateways` returns a gateway by name; `report` counts and logs `GatewayErrors` and `GatewayCircuitOpen`."""

    gateways: Callable[[str], Gateway]
    clock: Callable[[], datetime]
    report: Callable[[str, Payment, Step, str], None]
    circuits: dict[str, Circuit] = field(default_factory=lambda: defaultdict(Circuit))

    def call(self, payment: Payment, step: Step, *, repeat: bool, seconds_left: Callable[[], float]) -> Answer:
        """Call the payment's own gateway. Returns Unknown without a call if the circuit is open or time is short."""
        circuit = self.circuits[payment.gateway]
        if self.is_open(payment):
            self.report("GatewayCircuitOpen", payment, step, CIRCUIT_OPEN.reason)
            return CIRCUIT_OPEN
        answer = self._answer(payment, step, repeat, seconds_left)
        if answer is NO_TIME:
            return answer
        if isinstance(answer, Unknown):
            self.report("GatewayErrors", payment, step, answer.reason)
        if isinstance(answer, Unknown) and not answer.reachable:
            circuit.failed()
        else:
            circuit.succeeded()
        return answer

    def is_open(self, payment: Payment) -> bool:
        """Return whether the circuit of the payment's gateway is open. Then `call` makes no call."""
        return not self.circuits[payment.gateway].allows_a_call()

    def _answer(self, payment: Payment, step: Step, repeat: bool, seconds_left: Callable[[], float]) -> Answer:
        gateway, key = self.gateways(payment.gateway), step.gateway_key(payment.payment_id)
        if seconds_left() < SECONDS_FOR_A_CALL:
            return NO_TIME
        if repeat and self.clock() - moment(step.at) >= KEY_LIFETIME:
            found = gateway.look_up(payment.payment_id, key)
            if found is not None:
                return found
            if seconds_left() < SECONDS_FOR_A_CALL:
                return NO_TIME
        return CALLS[step.kind](gateway, payment, step, key, repeat)
