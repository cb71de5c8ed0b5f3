"""The processor: takes payments from the API, one DynamoDB request each."""

from __future__ import annotations

from constructs import Construct

from lib.constructs.account import Account
from lib.constructs.code import Code
from lib.constructs.cursor_key import ALGORITHM, USE, CursorKey
from lib.constructs.dead_letters import DeadLetters
from lib.constructs.function import Function
from lib.constructs.ledger import Ledger
from lib.constructs.policy import allow, condition
from lib.naming import Naming

HANDLER = "payments.processor.handler"
# Read by lib/lambda/payments/settings.py.
TABLE_VARIABLE = "TRANSACTIONS_TABLE"
INDEX_VARIABLE = "MERCHANT_INDEX"
CURSOR_KEY_VARIABLE = "CURSOR_KEY"
MAXIMUM_AMOUNT_VARIABLE = "MAXIMUM_AMOUNT"
TIMEOUT_SECONDS = 10
# What the code calls on the table and its index, and so what it may call and whose system errors are watched.
ITEM_OPERATIONS = ("GetItem", "PutItem", "UpdateItem")
INDEX_OPERATIONS = ("Query",)
TABLE_OPERATIONS = (*ITEM_OPERATIONS, *INDEX_OPERATIONS)
# docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html: DynamoDB uses the key with the
# caller's permissions. Without CreateGrant, which only who makes the table needs.
TABLE_KEY_ACTIONS = (
    "kms:Decrypt",
    "kms:DescribeKey",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
)


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
        account: Account,
        naming: Naming,
        key_arn: str,
        code: Code,
        ledger: Ledger,
        cursor_key: CursorKey,
        dead_letters: DeadLetters,
        maximum_amount: int,
        reserved_concurrency: int,
        log_retention_days: int,
    ) -> None:
        super().__init__(
            scope,
            id_,
            account=account,
            naming=naming,
            key_arn=key_arn,
            code=code,
            dead_letters=dead_letters,
            handler=HANDLER,
            description="Takes payments and leads them through their life: one conditional write each step",
            environment={
                TABLE_VARIABLE: ledger.table.name,
                INDEX_VARIABLE: ledger.index_name,
                CURSOR_KEY_VARIABLE: cursor_key.key.arn,
                MAXIMUM_AMOUNT_VARIABLE: str(maximum_amount),
            },
            statements=[
                allow("Ledger", [f"dynamodb:{name}" for name in ITEM_OPERATIONS], [ledger.table.arn]),
                allow("LedgerIndex", [f"dynamodb:{name}" for name in INDEX_OPERATIONS], [ledger.index_arn]),
                allow(
                    "Cursors",
                    USE,
                    [cursor_key.key.arn],
                    conditions=[condition("StringEquals", "kms:MacAlgorithm", ALGORITHM)],
                ),
                allow(
                    "LedgerKey",
                    TABLE_KEY_ACTIONS,
                    [key_arn],
                    conditions=[condition("StringEquals", "kms:ViaService", account.service("dynamodb"))],
                ),
            ],
            timeout=TIMEOUT_SECONDS,
            reserved_concurrency=reserved_concurrency,
            log_retention_days=log_retention_days,
        )
