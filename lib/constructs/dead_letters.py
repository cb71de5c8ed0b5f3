"""A dead-letter queue: encrypted, TLS only, with SQS's longest retention."""

from __future__ import annotations

from constructs import Construct

from lib.aws import SqsQueue
from lib.constructs.context import Context
from lib.constructs.policy import Statement, allow, deny_insecure_transport, document, from_source, service

RETENTION_SECONDS = 14 * 24 * 60 * 60  # SQS's maximum
# Visible messages, and received ones that were not deleted: together, all messages that nobody has handled.
DEPTH_METRICS = ("ApproximateNumberOfMessagesVisible", "ApproximateNumberOfMessagesNotVisible")


class DeadLetters(Construct):
    """`queue` is the queue; `send_statements` go into the policy of the role that sends to the queue.

    `rule_arn`: an EventBridge rule that sends the events that its target did not accept. EventBridge sends without a
    role, so the policies of queue and key (`Encryption.admit`) allow the rule.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        context: Context,
        purpose: str,
        rule_arn: str | None = None,
    ) -> None:
        super().__init__(scope, id_)
        account, name = context.account, context.naming("sqs", purpose)
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
            kms_master_key_id=context.key_arn,
            message_retention_seconds=RETENTION_SECONDS,
            policy=policy,
        )
        self.send_statements: list[Statement] = [
            allow("DeadLetters", ["sqs:SendMessage"], [self.queue.arn]),
            # docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
            context.allow_key("DeadLettersKey", ["kms:Decrypt", "kms:GenerateDataKey"], "sqs"),
        ]
