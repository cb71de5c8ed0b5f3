"""The alarms on the payment gateway and on the settler, as data; lib/constructs/alarms.py has the others.

The functions count these metrics themselves (lib/lambda/payments), each under its service's name.
"""

from __future__ import annotations

from collections.abc import Iterator

from lib.constructs.alarm import Alarm, Metric
from lib.constructs.function import Function
from lib.constructs.processor import Processor
from lib.constructs.settler import Settler

OLDEST_PENDING_METRIC = "OldestPendingSeconds"  # settler: each run, 0 if nothing is pending
GATEWAY_ERRORS_METRIC = "GatewayErrors"  # processor and settler: calls without a definite answer
CIRCUIT_OPEN_METRIC = "GatewayCircuitOpen"  # processor: requests that were answered without a gateway call
SETTLER_FAILURES_METRIC = "SettlerFailures"  # settler: payments that it could not settle because of our own error
DECLINED_METRIC, AUTHORIZED_METRIC = "PaymentsDeclined", "PaymentsAuthorized"  # definite answers

# The settler retries after one minute, and then at growing intervals. A payment that is pending for 15 minutes needs
# attention.
PENDING_TOO_LONG_SECONDS = 15 * 60
ERRORS_A_MINUTE = 5
# Declines of online card payments are commonly 5 to 15 %; a minimum number avoids alarms in quiet minutes.
DECLINED_A_MINUTE, DECLINED_PERCENT = 20, 40
SETTLER_RUNS_PERIOD = 300  # in seconds: five scheduled runs


def _counted(function: Function, name: str) -> Metric:
    return Metric(function.metrics_namespace, name, {"service": function.node.id})


def gateway_alarms(processor: Processor, settler: Settler) -> Iterator[Alarm]:
    """Yield the alarms on the gateway: first those on failures that clients notice, then that on pending payments."""
    yield Alarm(
        "gateway-errors",
        "gateway-errors",
        f"The gateway leaves {ERRORS_A_MINUTE} calls a minute or more without a definite answer.",
        (_counted(processor, GATEWAY_ERRORS_METRIC), _counted(settler, GATEWAY_ERRORS_METRIC)),
        ERRORS_A_MINUTE,
        datapoints=2,
        periods=3,
        expression="FILL(m1, 0) + FILL(m2, 0)",
    )
    yield Alarm(
        "gateway-circuit-open",
        "gateway-circuit-open",
        "The gateway is considered down: requests get 202 without a gateway call.",
        (_counted(processor, CIRCUIT_OPEN_METRIC),),
        1,
        datapoints=2,
        periods=3,
    )
    yield Alarm(
        "payments-declined",
        "payments-declined",
        f"Over {DECLINED_PERCENT} % of the payments are declined, {DECLINED_A_MINUTE} a minute or more.",
        (_counted(processor, DECLINED_METRIC), _counted(processor, AUTHORIZED_METRIC)),
        DECLINED_PERCENT,
        datapoints=3,
        periods=5,
        # FILL, because if everything is declined, the metric of authorized payments has no data.
        expression=f"IF(m1 >= {DECLINED_A_MINUTE}, 100 * m1 / (m1 + FILL(m2, 0)), 0)",
    )
    yield Alarm(
        "oldest-pending-payment",
        "oldest-pending-payment",
        f"A payment waits for the gateway's answer for over {PENDING_TOO_LONG_SECONDS // 60} minutes.",
        (_counted(settler, OLDEST_PENDING_METRIC),),
        PENDING_TOO_LONG_SECONDS,
        statistic="Maximum",
        datapoints=2,
        periods=3,
    )


def settler_failures_alarm(settler: Settler) -> Alarm:
    """Return the alarm on payments that the settler could not settle.

    The settler continues with the next payment, so Lambda counts no error.
    """
    return Alarm(
        "settler-failures",
        "settler-failures",
        "The settler failed on a payment.",
        (_counted(settler, SETTLER_FAILURES_METRIC),),
        1,
    )


def settler_stopped_alarm(settler: Settler) -> Alarm:
    """Return the alarm on a stopped settler. Such a settler publishes nothing, so missing data fires the alarm."""
    return Alarm(
        "settler-stopped",
        "settler-stopped",
        f"The settler has not run for {2 * SETTLER_RUNS_PERIOD // 60} minutes; it is due every minute.",
        (Metric("AWS/Lambda", "Invocations", {"FunctionName": settler.function.function_name}),),
        1,
        datapoints=2,
        periods=2,
        period=SETTLER_RUNS_PERIOD,
        falls=True,
    )
