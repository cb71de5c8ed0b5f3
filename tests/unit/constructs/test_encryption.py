"""The key: who may do what with it, and how it goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.unit.conftest import Template

DOCUMENT = "encryption/key_policy"


def test_the_key_rotates_and_goes_as_soon_as_aws_allows(template: Template) -> None:
    """Seven days is AWS's shortest wait."""
    key = template["encryption/key"]
    assert key["enable_key_rotation"] is True
    assert key["is_enabled"] is True
    assert key["deletion_window_in_days"] == 7
    assert key["policy"] == template.ref(DOCUMENT, "json")


def test_the_alias_points_at_the_key(template: Template) -> None:
    """An alias begins with alias/, and only then comes the name."""
    alias = template["encryption/alias"]
    assert alias["name"] == "alias/kms-payments-dev"
    assert alias["target_key_id"] == template.ref("encryption/key", "key_id")


def test_the_account_can_always_administer_the_key(template: Template) -> None:
    """Without PutKeyPolicy for root, KMS refuses the key; without ScheduleKeyDeletion, a destroy would."""
    statement = template.statements(DOCUMENT)["Administration"]
    (principal,) = statement["principals"]
    assert principal["type"] == "AWS"
    assert [template.plain(value) for value in principal["identifiers"]] == ["arn:PARTITION:iam::ACCOUNT:root"]
    assert {"kms:PutKeyPolicy", "kms:GetKeyPolicy", "kms:ScheduleKeyDeletion", "kms:EnableKeyRotation"} <= set(
        statement["actions"]
    )
    assert template.conditions(statement) == {("StringEquals", "kms:CallerAccount"): ["ACCOUNT"]}


def test_administrators_do_not_decrypt(template: Template) -> None:
    """Who administers and who uses are two statements."""
    actions = template.statements(DOCUMENT)["Administration"]["actions"]
    assert not [action for action in actions if "crypt" in action.lower() or "DataKey" in action]


def test_the_key_is_used_through_services_only(template: Template) -> None:
    """Nobody of the account decrypts by hand."""
    statement = template.statements(DOCUMENT)["UseThroughServices"]
    conditions = template.conditions(statement)
    assert conditions["StringEquals", "kms:ViaService"] == [
        f"{name}.REGION.amazonaws.com" for name in ("dynamodb", "lambda", "s3", "sns", "sqs")
    ]
    assert conditions["StringEquals", "kms:CallerAccount"] == ["ACCOUNT"]
    assert "kms:CreateGrant" in statement["actions"]


def test_alarms_may_publish_to_an_encrypted_topic(template: Template) -> None:
    """Without it an alarm changes its state and nobody hears of it."""
    statement = template.statements(DOCUMENT)["AlarmsToEncryptedTopic"]
    assert statement["principals"] == [{"type": "Service", "identifiers": ["cloudwatch.amazonaws.com"]}]
    assert statement["actions"] == ["kms:Decrypt", "kms:GenerateDataKey"]
    conditions = template.conditions(statement)
    assert conditions.pop(("StringEquals", "aws:SourceAccount")) == ["ACCOUNT"]
    assert sorted(conditions.pop(("ArnLike", "aws:SourceArn"))) == sorted(
        f"arn:PARTITION:cloudwatch:REGION:ACCOUNT:alarm:{alarm['alarm_name']}"
        for _, alarm in template.of_type("aws_cloudwatch_metric_alarm")
    )
    assert not conditions


def test_logs_use_the_key_for_the_groups_of_this_stack(template: Template) -> None:
    """Each by its name: a pattern that ends in the suffix would match groups of another environment."""
    statement = template.statements(DOCUMENT)["EncryptedLogGroups"]
    (principal,) = statement["principals"]
    assert [template.plain(value) for value in principal["identifiers"]] == ["logs.REGION.amazonaws.com"]
    names = [group["name"] for _, group in template.of_type("aws_cloudwatch_log_group")]
    assert len(names) == 3
    (arns,) = template.conditions(statement).values()
    assert sorted(arns) == sorted(f"arn:PARTITION:logs:REGION:ACCOUNT:log-group:{name}" for name in names)


def test_no_statement_waits_for_a_context_that_its_action_does_not_send(template: Template) -> None:
    """kms:DescribeKey has no encryption context: a condition on one never holds, and the action is not granted."""
    without_context = {"kms:DescribeKey", "kms:CreateGrant", "kms:ListGrants", "kms:RetireGrant"}
    for path, document in template.of_type("aws_iam_policy_document"):
        for statement in document["statement"]:
            variables = [item["variable"] for item in statement.get("condition", [])]
            if any(variable.startswith("kms:EncryptionContext") for variable in variables):
                assert not without_context.intersection(statement["actions"]), path


def test_nobody_else_is_let_in(template: Template) -> None:
    """Five statements would be one more than anybody looked at."""
    assert set(template.statements(DOCUMENT)) == {
        "Administration",
        "UseThroughServices",
        "AlarmsToEncryptedTopic",
        "EncryptedLogGroups",
    }
