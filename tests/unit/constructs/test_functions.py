"""What processor and archiver have in common, and what each may do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from lib.environments import ROOT
from lib.packaging import lambda_zip

if TYPE_CHECKING:
    from tests.unit.conftest import Template

FUNCTIONS = ("processor", "archiver")
QUEUES = {"processor": "dead_letters", "archiver": "archive_failures"}


def grants(template: Template, name: str) -> dict[str, Any]:
    """{sid: (actions, resources)} of a function's own policy, without those that both have."""
    return {
        sid: (statement["actions"], statement["resources"])
        for sid, statement in template.statements(f"{name}/policy_document").items()
        if sid not in {"Logs", "Traces", "Environment", "DeadLetters", "DeadLettersKey"}
    }


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_runs_the_shared_zip(template: Template, name: str) -> None:
    """The hash is a literal: a plan shows a change exactly when the code changed."""
    function = template[f"{name}/function"]
    assert function["handler"] == f"payments.{name}.handler"
    assert (function["runtime"], function["architectures"]) == ("python3.12", ["arm64"])
    assert function["source_code_hash"] == lambda_zip().source_code_hash


@pytest.mark.parametrize("name", FUNCTIONS)
def test_callers_reach_a_published_version_through_the_alias(template: Template, name: str) -> None:
    """So that a new version can be taken back."""
    assert template[f"{name}/function"]["publish"] is True
    alias = template[f"{name}/alias"]
    assert alias["function_name"] == template.ref(f"{name}/function", "function_name")
    assert alias["function_version"] == template.ref(f"{name}/function", "version")


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_is_traced_encrypted_and_has_somewhere_to_fail(template: Template, name: str) -> None:
    """Each refers to what this stack declares."""
    function = template[f"{name}/function"]
    assert function["tracing_config"] == {"mode": "Active"}
    assert function["kms_key_arn"] == template.ref("encryption/key", "arn")
    assert function["dead_letter_config"] == {"target_arn": template.ref(f"{QUEUES[name]}/queue", "arn")}
    assert function["reserved_concurrent_executions"] == -1


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_logs_into_a_declared_group(template: Template, name: str) -> None:
    """And waits for its permissions: CreateFunction tries them."""
    function = template[f"{name}/function"]
    group = template[f"{name}/log_group"]
    assert group["name"] == f"/aws/lambda/{function['function_name']}"
    assert group["kms_key_id"] == template.ref("encryption/key", "arn")
    assert group["retention_in_days"] == 365
    assert group["skip_destroy"] is False
    assert function["logging_config"] == {
        "log_format": "JSON",
        "application_log_level": "INFO",
        "system_log_level": "INFO",
        "log_group": template.ref(f"{name}/log_group", "name"),
    }
    assert any(item.startswith("aws_iam_role_policy.") for item in function["depends_on"])


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_role_is_assumed_by_lambda_for_this_account_only(template: Template, name: str) -> None:
    """One role a function, and nothing attached by hand keeps it from going."""
    role = template[f"{name}/role"]
    assert role["assume_role_policy"] == template.ref(f"{name}/trust_policy", "json")
    assert role["force_detach_policies"] is True
    (statement,) = template.statements(f"{name}/trust_policy").values()
    assert statement["actions"] == ["sts:AssumeRole"]
    assert statement["principals"] == [{"type": "Service", "identifiers": ["lambda.amazonaws.com"]}]
    assert template.conditions(statement) == {("StringEquals", "aws:SourceAccount"): ["ACCOUNT"]}
    assert template[f"{name}/function"]["role"] == template.ref(f"{name}/role", "arn")
    assert template[f"{name}/policy"]["role"] == template.ref(f"{name}/role", "id")


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_logs_traces_and_fails_with_exact_permissions(template: Template, name: str) -> None:
    """Its own log group, its own queue, its own environment."""
    statements = template.statements(f"{name}/policy_document")
    assert statements["Logs"]["actions"] == ["logs:CreateLogStream", "logs:PutLogEvents"]
    assert statements["Logs"]["resources"] == [template.ref(f"{name}/log_group", "arn") + ":log-stream:*"]
    assert statements["Traces"]["actions"] == ["xray:PutTelemetryRecords", "xray:PutTraceSegments"]
    assert statements["DeadLetters"]["actions"] == ["sqs:SendMessage"]
    assert statements["DeadLetters"]["resources"] == [template.ref(f"{QUEUES[name]}/queue", "arn")]
    assert template.conditions(statements["DeadLettersKey"]) == {
        ("StringEquals", "kms:ViaService"): ["sqs.REGION.amazonaws.com"]
    }
    assert statements["Environment"]["actions"] == ["kms:Decrypt"]
    assert template.conditions(statements["Environment"]) == {
        ("ArnLike", "kms:EncryptionContext:aws:lambda:FunctionArn"): [
            f"arn:PARTITION:lambda:REGION:ACCOUNT:function:lambda-{name}-dev",
            f"arn:PARTITION:lambda:REGION:ACCOUNT:function:lambda-{name}-dev:*",
        ]
    }


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_key_is_granted_under_a_condition_always(template: Template, name: str) -> None:
    """No role decrypts by itself."""
    key = template.ref("encryption/key", "arn")
    for statement in template.statements(f"{name}/policy_document").values():
        if any(action.startswith("kms:") for action in statement["actions"]):
            cursors = template.ref("list_cursors/key", "arn")
            assert statement["resources"] == ([cursors] if statement["sid"] == "Cursors" else [key])
            assert statement["condition"]


def test_the_processor_reads_and_writes_the_table_and_nothing_else(template: Template) -> None:
    """Three operations of the table, one of its index, and the cursors' key."""
    key = template.ref("encryption/key", "arn")
    found = grants(template, "processor")
    assert found["Ledger"] == (
        ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"],
        [template.ref("ledger/transactions", "arn")],
    )
    assert found["LedgerKey"][1] == [key]
    assert found["LedgerIndex"] == (
        ["dynamodb:Query"],
        [template.ref("ledger/transactions", "arn") + "/index/index-merchant-dev"],
    )
    assert found["Cursors"] == (["kms:GenerateMac", "kms:VerifyMac"], [template.ref("list_cursors/key", "arn")])
    assert set(found) == {"Ledger", "LedgerIndex", "LedgerKey", "Cursors"}
    variables = template["processor/function"]["environment"]["variables"]
    assert variables["TRANSACTIONS_TABLE"] == template.ref("ledger/transactions", "name")
    assert variables["MERCHANT_INDEX"] == "index-merchant-dev"
    assert variables["CURSOR_KEY"] == template.ref("list_cursors/key", "arn")
    assert variables["MAXIMUM_AMOUNT"] == "999999999999"


def test_the_archiver_reads_the_stream_and_writes_three_prefixes(template: Template) -> None:
    """Of what it wrote it can read the receipts alone, and not the table."""
    archive, key = template.ref("archive/records/bucket", "arn"), template.ref("encryption/key", "arn")
    assert grants(template, "archiver") == {
        "Archive": (["s3:PutObject"], [f"{archive}/audit/*", f"{archive}/receipts/*", f"{archive}/set-aside/*"]),
        "Receipts": (["s3:GetObject"], [f"{archive}/receipts/*"]),
        "ArchiveKey": (["kms:Decrypt", "kms:GenerateDataKey"], [key]),
        "Stream": (
            ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"],
            [template.ref("ledger/transactions", "stream_arn")],
        ),
        "ListStreams": (["dynamodb:ListStreams"], ["*"]),
        "StreamKey": (["kms:Decrypt"], [key]),
    }
    variables = template["archiver/function"]["environment"]["variables"]
    assert variables["ARCHIVE_BUCKET"] == template.ref("archive/records/bucket", "bucket")


def test_the_stream_loses_nothing_and_is_not_blocked_for_ever(template: Template) -> None:
    """From the first record on, in parts, until it is given up to the queue well before the stream forgets it."""
    mapping = template["archiver/stream"]
    assert mapping["event_source_arn"] == template.ref("ledger/transactions", "stream_arn")
    assert mapping["function_name"] == template.ref("archiver/alias", "arn")
    assert mapping["starting_position"] == "TRIM_HORIZON"
    assert "function_response_types" not in mapping, "a batch succeeds or fails as a whole"
    assert mapping["bisect_batch_on_function_error"] is True
    assert mapping["destination_config"] == {
        "on_failure": {"destination_arn": template.ref("archive_failures/queue", "arn")}
    }


def test_an_outage_of_an_hour_loses_nothing_and_needs_nobody(template: Template) -> None:
    """By the record's age alone: a count of tries is used up within minutes of an outage.

    docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
    """
    mapping = template["archiver/stream"]
    assert mapping["maximum_retry_attempts"] == -1, "until the record is too old"
    hours = mapping["maximum_record_age_in_seconds"] / 3600
    assert 2 <= hours <= 12, "longer than outages, with half of the stream's 24 hours left for make redrive"
    page = (ROOT / "docs" / "runbooks" / "archive-failures.md").read_text()
    assert f"**{24 - hours:g} hours** remain" in page


def test_the_batching_window_is_the_one_of_the_figures(template: Template) -> None:
    """Objects a day at 5,000 payments an hour, over the four shards of a new table, and the lag beside it."""
    window = template["archiver/stream"]["maximum_batching_window_in_seconds"]
    shards, changes_a_second = 4, 5_000 / 3_600
    seconds_between_changes_of_a_shard = shards / changes_a_second
    objects = shards * 86_400 / (window + seconds_between_changes_of_a_shard)
    (page,) = (ROOT / "docs" / "decisions").glob("0016-*.md")
    assert f"| **{window} s** | {objects:,.0f} |" in page.read_text()
    oldest = template["alerting/archiver-iterator-age"]["threshold"] / 1000
    assert oldest > 2 * window, "a batch that fills slowly is no alarm"


def test_environments_are_what_the_lambdas_settings_ask_for(template: Template) -> None:
    """The two houses meet in these names: a name on one side alone is a function that does not start."""
    import payments.settings as lambda_side

    asked = {value for name, value in vars(lambda_side).items() if name.isupper() and isinstance(value, str)}
    powertools = {"POWERTOOLS_SERVICE_NAME", "POWERTOOLS_METRICS_NAMESPACE", "POWERTOOLS_LOG_LEVEL"}
    given = {name: set(template[f"{name}/function"]["environment"]["variables"]) for name in FUNCTIONS}
    assert given["processor"] | given["archiver"] == asked | powertools
    assert powertools <= given["processor"] & given["archiver"]


def test_handlers_are_functions_that_exist(template: Template) -> None:
    """`payments.processor.handler` is found in the zip's root."""
    import importlib

    for name in FUNCTIONS:
        module, attribute = template[f"{name}/function"]["handler"].rsplit(".", 1)
        assert callable(getattr(importlib.import_module(module), attribute))


@pytest.mark.parametrize("queue", QUEUES.values())
def test_a_queue_is_encrypted_and_reached_over_tls_only(template: Template, queue: str) -> None:
    """With the policy inside, so that there is no moment without it."""
    made = template[f"{queue}/queue"]
    assert made["kms_master_key_id"] == template.ref("encryption/key", "arn")
    assert made["message_retention_seconds"] == 1_209_600
    assert made["policy"] == template.ref(f"{queue}/policy_document", "json")
    (statement,) = template.statements(f"{queue}/policy_document").values()
    assert statement["effect"] == "Deny"
    assert [template.plain(arn) for arn in statement["resources"]] == [
        f"arn:PARTITION:sqs:REGION:ACCOUNT:{made['name']}"
    ]
    assert template.conditions(statement) == {("Bool", "aws:SecureTransport"): ["false"]}
