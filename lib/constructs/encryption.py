"""The KMS key that encrypts all data of the stack, and its policy."""

from __future__ import annotations

from collections.abc import Sequence

from constructs import Construct

from lib.aws import KmsAlias, KmsKey
from lib.constructs.account import Account
from lib.constructs.policy import Principals, Statement, allow, condition, document, from_source, service
from lib.naming import Naming

# In a key policy, `*` is the key itself: docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html
THIS_KEY = ["*"]

# docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html, with each action listed instead of patterns.
ADMINISTRATION = (
    "kms:CancelKeyDeletion",
    "kms:CreateAlias",
    "kms:DeleteAlias",
    "kms:DescribeKey",
    "kms:DisableKey",
    "kms:DisableKeyRotation",
    "kms:EnableKey",
    "kms:EnableKeyRotation",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:ListGrants",
    "kms:ListKeyPolicies",
    "kms:ListKeyRotations",
    "kms:ListResourceTags",
    "kms:PutKeyPolicy",
    "kms:RevokeGrant",
    "kms:RotateKeyOnDemand",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:UpdateAlias",
    "kms:UpdateKeyDescription",
)
# Requests with these actions have an encryption context. kms:DescribeKey has none, so a condition would never match:
# docs.aws.amazon.com/service-authorization/latest/reference/list_awskeymanagementservice.html
CRYPTOGRAPHY = (
    "kms:Decrypt",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
)
# Services that use the key with the caller's permissions.
SERVICES = ("dynamodb", "lambda", "s3", "secretsmanager", "sns", "sqs")


class Encryption(Construct):
    """`key_arn` is the ARN of the key with which every other construct encrypts. `admit` sets the key's policy."""

    def __init__(self, scope: Construct, id_: str, *, account: Account, naming: Naming) -> None:
        super().__init__(scope, id_)
        name = naming("kms", "payments")
        self.key = KmsKey(
            self,
            "key",
            description=f"Encrypts all that the payments stack of {naming.suffix} stores",
            is_enabled=True,
            enable_key_rotation=True,
            rotation_period_in_days=365,
            deletion_window_in_days=7,  # AWS's minimum
        )
        self._account = account
        self.key_arn = self.key.arn
        KmsAlias(self, "alias", name=f"alias/{name}", target_key_id=self.key.key_id)

    def admit(self, *, alarm_arns: Sequence[str], log_group_names: Sequence[str], rule_arns: Sequence[str]) -> None:
        """Set the key's policy: services may use the key only for these alarms, log groups and EventBridge rules.

        The names are literals, because alarms and log groups refer to the key. They are not patterns, because
        `alarm-*-dev` would also admit alarms of an environment `my-dev`.
        """
        statements = _statements(self._account, alarm_arns, log_group_names, rule_arns)
        self.key.policy = document(self, "key_policy", statements)


def _statements(
    account: Account, alarm_arns: Sequence[str], log_group_names: Sequence[str], rule_arns: Sequence[str]
) -> list[Statement]:
    root = Principals(type="AWS", identifiers=[f"arn:{account.partition}:iam::{account.id}:root"])
    this_account = condition("StringEquals", "kms:CallerAccount", account.id)
    through_a_service = condition("StringEquals", "kms:ViaService", *[account.service(name) for name in SERVICES])
    return [
        # The principal `root` stands for the account, whose IAM policies may grant these actions. This statement alone
        # grants nothing.
        allow("Administration", ADMINISTRATION, THIS_KEY, principals=root, conditions=[this_account]),
        # Callers use the key only through the stack's services; nobody can decrypt directly. DynamoDB and Lambda keep
        # grants of the key: docs.aws.amazon.com/kms/latest/developerguide/grants.html
        allow(
            "UseThroughServices",
            [*CRYPTOGRAPHY, "kms:CreateGrant", "kms:DescribeKey"],
            THIS_KEY,
            principals=root,
            conditions=[this_account, through_a_service],
        ),
        # docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services
        allow(
            "AlarmsToEncryptedTopic",
            ["kms:Decrypt", "kms:GenerateDataKey"],
            THIS_KEY,
            principals=service("cloudwatch.amazonaws.com"),
            conditions=from_source(account, *alarm_arns),
        ),
        # docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
        allow(
            "EventsToEncryptedQueue",
            ["kms:Decrypt", "kms:GenerateDataKey"],
            THIS_KEY,
            principals=service("events.amazonaws.com"),
            conditions=from_source(account, *rule_arns),
        ),
        # docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
        allow(
            "EncryptedLogGroups",
            CRYPTOGRAPHY,
            THIS_KEY,
            principals=service(account.service("logs")),
            conditions=[
                condition(
                    "ArnLike",
                    "kms:EncryptionContext:aws:logs:arn",
                    *(account.arn("logs", f"log-group:{name}") for name in log_group_names),
                )
            ],
        ),
    ]
