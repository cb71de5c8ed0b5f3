"""The processor function: serves the API, calls the gateway, and records the outcome."""

from __future__ import annotations

from constructs import Construct

from lib.constructs.account import Account
from lib.constructs.code import Code
from lib.constructs.cursor_key import ALGORITHM, USE, CursorKey
from lib.constructs.dead_letters import DeadLetters
from lib.constructs.function import Function
from lib.constructs.gateway import Gateway
from lib.constructs.ledger import Ledger
from lib.constructs.policy import allow, condition
from lib.naming import Naming

HANDLER = "payments.processor.handler"
# Read by lib/lambda/payments/settings.py.
TABLE_VARIABLE = "TRANSACTIONS_TABLE"
INDEX_VARIABLE = "MERCHANT_INDEX"
PENDING_INDEX_VARIABLE = "PENDING_INDEX"
CURSOR_KEY_VARIABLE = "CURSOR_KEY"
MAXIMUM_AMOUNT_VARIABLE = "MAXIMUM_AMOUNT"
TIMEOUT_SECONDS = 10
# Operations that the code calls on table and index: for the role's permissions and the alarm on system errors.
ITEM_OPERATIONS = ("GetItem", "PutItem", "UpdateItem")
INDEX_OPERATIONS = ("Query",)
TABLE_OPERATIONS = (*ITEM_OPERATIONS, *INDEX_OPERATIONS)
# docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html: DynamoDB uses the key with the
# caller's permissions. CreateGrant is needed only to create the table.
TABLE_KEY_ACTIONS = (
    "kms:Decrypt",
    "kms:DescribeKey",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
)


class Processor(Function):
    """The function behind the API.

    `dead_letters` takes only failed *asynchronous* invocations. API Gateway invokes synchronously, so no request of the
    API ends there: docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
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
        gateway: Gateway,
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
            description="Creates, captures, voids, refunds and reads payments",
            environment={
                TABLE_VARIABLE: ledger.table.name,
                INDEX_VARIABLE: ledger.index_name,
                PENDING_INDEX_VARIABLE: ledger.pending_index_name,
                CURSOR_KEY_VARIABLE: cursor_key.key.arn,
                MAXIMUM_AMOUNT_VARIABLE: str(maximum_amount),
                **gateway.environment,
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
                *gateway.statements,
            ],
            timeout=TIMEOUT_SECONDS,
            reserved_concurrency=reserved_concurrency,
            log_retention_days=log_retention_days,
        )
