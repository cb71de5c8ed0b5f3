"""A dead-letter queue: encrypted, TLS only, with SQS's longest retention."""

from __future__ import annotations

from constructs import Construct

from lib.aws import SqsQueue
from lib.constructs.account import Account
from lib.constructs.policy import Statement, allow, condition, deny_insecure_transport, document, from_source, service
from lib.naming import Naming

RETENTION_SECONDS = 14 * 24 * 60 * 60  # SQS's maximum


class DeadLetters(Construct):
    """`queue`, and `send_statements` for the role of the sender.

    `rule_arn`: an EventBridge rule that sends events which its target did not accept. EventBridge sends without a role,
    so the policies of queue and key (`Encryption.admit`) admit it.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        account: Account,
        naming: Naming,
        key_arn: str,
        purpose: str,
        rule_arn: str | None = None,
    ) -> None:
        super().__init__(scope, id_)
        name = naming("sqs", purpose)
        statements = [deny_insecure_transport(["sqs:*"], [account.arn("sqs", name)])]
        if rule_arn is not None:
            # docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html#eb-dlq-perms
            statements.append(
                allow(
                    "Events",
                    ["sqs:SendMessage"],
                    [account.arn("sqs", name)],
                    principals=service("events.amazonaws.com"),
                    conditions=from_source(account, rule_arn),
                )
            )
        # An inline policy, so the queue never exists without it. The ARN is spelled out because a queue cannot refer to
        # itself.
        policy = document(self, "policy_document", statements)
        self.queue = SqsQueue(
            self,
            "queue",
            name=name,
            kms_master_key_id=key_arn,
            message_retention_seconds=RETENTION_SECONDS,
            policy=policy,
        )
        self.send_statements: list[Statement] = [
            allow("DeadLetters", ["sqs:SendMessage"], [self.queue.arn]),
            # docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
            allow(
                "DeadLettersKey",
                ["kms:Decrypt", "kms:GenerateDataKey"],
                [key_arn],
                conditions=[condition("StringEquals", "kms:ViaService", account.service("sqs"))],
            ),
        ]
