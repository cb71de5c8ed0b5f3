"""The one key that encrypts whatever the stack stores, and who may use it how."""

from __future__ import annotations

from collections.abc import Sequence

from constructs import Construct

from lib.aws import KmsAlias, KmsKey
from lib.constructs.account import Account
from lib.constructs.policy import Principals, Statement, allow, condition, document, from_source, service
from lib.naming import Naming

# In a key policy this is the key itself: docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html
THIS_KEY = ["*"]

# docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html, written out: no action is a pattern.
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
# Each of them carries an encryption context; kms:DescribeKey does not, so that no condition on one would ever hold:
# docs.aws.amazon.com/service-authorization/latest/reference/list_awskeymanagementservice.html
CRYPTOGRAPHY = (
    "kms:Decrypt",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
)
# The services that use the key for a caller, with the caller's own permissions.
SERVICES = ("dynamodb", "lambda", "s3", "sns", "sqs")


class Encryption(Construct):
    """`key_arn` is what every other construct encrypts with. The key has its policy once `admit` was called."""

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
            deletion_window_in_days=7,  # AWS's minimum: what is destroyed must not linger
        )
        self._account = account
        self.key_arn = self.key.arn
        KmsAlias(self, "alias", name=f"alias/{name}", target_key_id=self.key.key_id)

    def admit(self, *, alarm_arns: Sequence[str], log_group_names: Sequence[str]) -> None:
        """Give the key its policy: CloudWatch may use it for these alarms and log groups only.

        Literals, as alarms and log groups refer to the key, if by way of the topic. No patterns, as `alarm-*-dev` would
        admit the alarms of an environment `my-dev`.
        """
        self.key.policy = document(self, "key_policy", _statements(self._account, alarm_arns, log_group_names))


def _statements(account: Account, alarm_arns: Sequence[str], log_group_names: Sequence[str]) -> list[Statement]:
    root = Principals(type="AWS", identifiers=[f"arn:{account.partition}:iam::{account.id}:root"])
    this_account = condition("StringEquals", "kms:CallerAccount", account.id)
    through_a_service = condition("StringEquals", "kms:ViaService", *[account.service(name) for name in SERVICES])
    return [
        # Root stands for the account: it lets IAM policies of the account grant these, and nothing by itself.
        allow("Administration", ADMINISTRATION, THIS_KEY, principals=root, conditions=[this_account]),
        # Nobody decrypts by hand: only what a service of the stack does for a caller who may use that service.
        # DynamoDB and Lambda keep a grant: docs.aws.amazon.com/kms/latest/developerguide/grants.html
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
