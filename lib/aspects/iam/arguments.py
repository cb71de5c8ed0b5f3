"""Finds the arguments that contain an IAM policy, or the ARN of one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lib.aspects.terraform_json import Resource, arguments, as_list

# Names of arguments that contain an IAM policy, at any depth of any type.
POLICIES = frozenset(
    {
        "access_policies",
        "access_policy",
        "assume_role_policy",
        "delivery_destination_policy",
        "inline_policy",
        "key_policy",
        "policy",
        "policy_document",
        "repository_policy",
        "resource_policy",
        "secret_policy",
        "session_policy",
    }
)
# Types whose `policy` or `policy_document` is not an IAM policy.
OTHER_LANGUAGES = frozenset(
    {
        "aws_appautoscaling_policy",
        "aws_cloudwatch_log_account_policy",
        "aws_cloudwatch_log_data_protection_policy",
        "aws_cloudwatch_log_index_policy",
        "aws_ecr_lifecycle_policy",
        "aws_networkmanager_core_network_policy_attachment",
        "aws_opensearchserverless_access_policy",
        "aws_opensearchserverless_lifecycle_policy",
        "aws_opensearchserverless_security_policy",
        "aws_ses_receipt_filter",
        "aws_sns_topic_data_protection_policy",
        "aws_verifiedaccess_endpoint",
        "aws_verifiedaccess_group",
    }
)
# Arguments with ARNs of policies.
ATTACHED = frozenset(
    {
        "guardrail_policy_arns",
        "managed_policy_arn",
        "managed_policy_arns",
        "policy_arn",
        "policy_arns",
        "session_policy_arn",
    }
)

# Types with a key policy. In a key policy, the resource `*` means the key itself: https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html
KEY_TYPES = frozenset(
    {
        "aws_kms_external_key",
        "aws_kms_key",
        "aws_kms_key_policy",
        "aws_kms_replica_external_key",
        "aws_kms_replica_key",
    }
)
# Policies of these types must not name resources, because they apply to the repository itself.
# https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policies.html
REPOSITORIES = frozenset(
    {
        ("aws_ecr_repository_creation_template", "repository_policy"),
        ("aws_ecr_repository_policy", "policy"),
        ("aws_ecrpublic_repository_policy", "policy"),
    }
)
# Identity-based policies. They have no principals, because they apply to the identity to which they are attached.
IDENTITIES = frozenset(
    {
        ("aws_iam_group_policy", "policy"),
        ("aws_iam_policy", "policy"),
        ("aws_iam_role", "inline_policy.policy"),
        ("aws_iam_role_policy", "policy"),
        ("aws_iam_user_policy", "policy"),
    }
)
TRUST = ("aws_iam_role", "assume_role_policy")


def policies(resource: Resource) -> Iterator[tuple[str, Any]]:
    """Yield (dotted path, value) of each argument with a policy."""
    for path, name, value in arguments(resource.attributes):
        # A block is skipped, because `arguments` also yields the arguments in the block.
        is_block = all(isinstance(item, Mapping) for item in as_list(value))
        if name in POLICIES and resource.type not in OTHER_LANGUAGES and not is_block:
            yield path, value


def attached(resource: Resource) -> Iterator[tuple[str, Any]]:
    """Yield (dotted path, one value) of each policy that is named by its ARN."""
    for path, name, value in arguments(resource.attributes):
        if name in ATTACHED:
            for item in as_list(value):
                yield path, item
