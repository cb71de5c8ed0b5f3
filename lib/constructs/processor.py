"""The processor: takes payments from the API, asks the gateway, and records what it answered."""

from __future__ import annotations

from constructs import Construct

from lib.constructs.code import Code
from lib.constructs.context import Context
from lib.constructs.cursor_key import ALGORITHM, USE, CursorKey
from lib.constructs.dead_letters import DeadLetters
from lib.constructs.function import Function
from lib.constructs.gateway import Gateway
from lib.constructs.ledger import Ledger
from lib.constructs.policy import allow, condition

HANDLER = "payments.processor.handler"
# Read by lib/lambda/payments/settings.py.
INDEX_VARIABLE = "MERCHANT_INDEX"
CURSOR_KEY_VARIABLE = "CURSOR_KEY"
MAXIMUM_AMOUNT_VARIABLE = "MAXIMUM_AMOUNT"
TIMEOUT_SECONDS = 10
# What the code calls on the table and its index, and so what it may call and whose system errors are watched.
ITEM_OPERATIONS = ("GetItem", "PutItem", "UpdateItem")
INDEX_OPERATIONS = ("Query",)
TABLE_OPERATIONS = (*ITEM_OPERATIONS, *INDEX_OPERATIONS)


class Processor(Function):
    """The function behind the front door.

    `dead_letters` takes failed *asynchronous* invocations only; API Gateway's are synchronous, so nothing of the API's
    traffic ends there: docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        context: Context,
        code: Code,
        ledger: Ledger,
        cursor_key: CursorKey,
        gateway: Gateway,
        dead_letters: DeadLetters,
        maximum_amount: int,
        reserved_concurrency: int,
    ) -> None:
        super().__init__(
            scope,
            id_,
            context=context,
            code=code,
            dead_letters=dead_letters,
            handler=HANDLER,
            description="Takes payments and leads them through their life: intent, gateway call, outcome",
            environment={
                **ledger.environment,
                INDEX_VARIABLE: ledger.index_name,
                CURSOR_KEY_VARIABLE: cursor_key.key.arn,
                MAXIMUM_AMOUNT_VARIABLE: str(maximum_amount),
                **gateway.environment,
            },
            statements=[
                ledger.allow("Ledger", ITEM_OPERATIONS, ledger.table.arn),
                ledger.allow("LedgerIndex", INDEX_OPERATIONS, ledger.index_arn),
                allow(
                    "Cursors",
                    USE,
                    [cursor_key.key.arn],
                    conditions=[condition("StringEquals", "kms:MacAlgorithm", ALGORITHM)],
                ),
                ledger.key_statement,
                *gateway.statements,
            ],
            timeout=TIMEOUT_SECONDS,
            reserved_concurrency=reserved_concurrency,
        )
