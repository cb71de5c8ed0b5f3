"""The settler function: every minute it completes pending steps, and voids authorizations before they expire."""

from __future__ import annotations

from constructs import Construct

from lib.aws import (
    CloudwatchEventRule,
    CloudwatchEventTarget,
    CloudwatchEventTargetDeadLetterConfig,
    CloudwatchEventTargetRetryPolicy,
    LambdaFunctionEventInvokeConfig,
    LambdaPermission,
)
from lib.constructs.code import Code
from lib.constructs.context import Context
from lib.constructs.dead_letters import DeadLetters
from lib.constructs.function import Function
from lib.constructs.gateway import Gateway
from lib.constructs.ledger import Ledger
from lib.settings import NO_RESERVED_CONCURRENCY

HANDLER = "payments.settler.handler"
SCHEDULE = "rate(1 minute)"
TIMEOUT_SECONDS = 50  # in seconds: a run ends before the next one begins
ITEM_OPERATIONS = ("GetItem", "UpdateItem")
INDEX_OPERATIONS = ("Query",)
# Lambda neither keeps nor retries a failed run, because the next run is due soon.
# docs.aws.amazon.com/lambda/latest/dg/invocation-async-configuring.html (60 s is the minimum)
OLDEST_RUN_SECONDS, REPEATED_RUNS = 60, 0
# EventBridge retries once; then the event goes to the queue.
OLDEST_EVENT_SECONDS, REPEATED_EVENTS = 3600, 1
# Two concurrent runs are useless, and harmless because gateway calls have idempotency keys. The settler reserves
# concurrency only if the processor does: a new account with a quota of 10 executions can reserve none.
RESERVED_CONCURRENCY = 1


class Schedule(Construct):
    """`rule`: the EventBridge rule that fires every minute."""

    def __init__(self, scope: Construct, id_: str, *, context: Context) -> None:
        super().__init__(scope, id_)
        self.rule = CloudwatchEventRule(
            self,
            "rule",
            name=context.naming("rule", "settler"),
            description="Runs the settler",
            schedule_expression=SCHEDULE,
            state="ENABLED",
        )


class Settler(Function):
    """The scheduled function. `dead_letters` takes the events of failed runs, and events that Lambda did not accept."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        context: Context,
        code: Code,
        ledger: Ledger,
        gateway: Gateway,
        schedule: Schedule,
        dead_letters: DeadLetters,
        reserves_concurrency: bool,
    ) -> None:
        super().__init__(
            scope,
            id_,
            context=context,
            code=code,
            dead_letters=dead_letters,
            handler=HANDLER,
            description="Completes pending payments; voids authorizations that were not captured in time",
            environment={**ledger.environment, **gateway.environment},
            statements=[
                ledger.allow("Ledger", ITEM_OPERATIONS, ledger.table.arn),
                ledger.allow("PendingIndex", INDEX_OPERATIONS, ledger.pending_index_arn),
                ledger.key_statement,
                *gateway.statements,
            ],
            timeout=TIMEOUT_SECONDS,
            reserved_concurrency=RESERVED_CONCURRENCY if reserves_concurrency else NO_RESERVED_CONCURRENCY,
        )
        LambdaFunctionEventInvokeConfig(
            self,
            "invoked_by_events",
            function_name=self.function.function_name,
            qualifier=self.alias.name,
            maximum_event_age_in_seconds=OLDEST_RUN_SECONDS,
            maximum_retry_attempts=REPEATED_RUNS,
        )
        permission = LambdaPermission(
            self,
            "permission",
            statement_id="events-settler",
            action="lambda:InvokeFunction",
            function_name=self.function.function_name,
            qualifier=self.alias.name,
            principal="events.amazonaws.com",
            source_arn=schedule.rule.arn,
        )
        CloudwatchEventTarget(
            self,
            "target",
            rule=schedule.rule.name,
            target_id=context.naming("target", "settler"),
            arn=self.alias.arn,
            retry_policy=CloudwatchEventTargetRetryPolicy(
                maximum_event_age_in_seconds=OLDEST_EVENT_SECONDS, maximum_retry_attempts=REPEATED_EVENTS
            ),
            dead_letter_config=CloudwatchEventTargetDeadLetterConfig(arn=dead_letters.queue.arn),
            depends_on=[permission],
        )
