"""The processor: takes payments from the API, one DynamoDB request each."""

from __future__ import annotations

from constructs import Construct

from lib.constructs.account import Account
from lib.constructs.code import Code
from lib.constructs.dead_letters import DeadLetters
from lib.constructs.function import Function
from lib.constructs.ledger import Ledger
from lib.constructs.policy import allow, condition
from lib.naming import Naming

HANDLER = "payments.processor.handler"
TABLE_VARIABLE = "TRANSACTIONS_TABLE"  # read by lib/lambda/payments/settings.py
TIMEOUT_SECONDS = 10
# What the code calls on the table, and so what it may call and whose system errors are watched.
TABLE_OPERATIONS = ("GetItem", "PutItem", "UpdateItem")
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
    """The function behind the front door, with `dead_letters` for events that it could not take."""

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
        dead_letters: DeadLetters,
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
            description="Takes payments: one conditional write each",
            environment={TABLE_VARIABLE: ledger.table.name},
            statements=[
                allow("Ledger", [f"dynamodb:{name}" for name in TABLE_OPERATIONS], [ledger.table.arn]),
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
