"""The settler: it runs every minute, one run at a time, and may do no more than settle."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.unit.conftest import Synthesize, Template


def test_the_rule_runs_the_settlers_alias_every_minute(template: Template) -> None:
    """A run is over before the next one begins."""
    rule = template["schedule/rule"]
    assert (rule["schedule_expression"], rule["state"]) == ("rate(1 minute)", "ENABLED")
    target = template["settler/target"]
    assert target["rule"] == template.ref("schedule/rule", "name")
    assert target["arn"] == template.ref("settler/alias", "arn")
    assert template["settler/function"]["timeout"] < 60


def test_only_that_rule_may_invoke_it(template: Template) -> None:
    """And it may before it does: the target waits for the permission."""
    permission = template["settler/permission"]
    assert permission["principal"] == "events.amazonaws.com"
    assert permission["source_arn"] == template.ref("schedule/rule", "arn")
    assert permission["function_name"] == template.ref("settler/function", "function_name")
    assert permission["qualifier"] == template.ref("settler/alias", "name")
    assert any(item.startswith("aws_lambda_permission.") for item in template["settler/target"]["depends_on"])


def test_a_run_that_failed_is_not_repeated_the_next_minute_has_its_own(template: Template) -> None:
    """What Lambda gave up, and what EventBridge could not deliver, ends in one queue."""
    config = template["settler/invoked_by_events"]
    assert config["qualifier"] == template.ref("settler/alias", "name"), "an alias has a configuration of its own"
    assert (config["maximum_retry_attempts"], config["maximum_event_age_in_seconds"]) == (0, 60)
    queue = template.ref("settler_dead_letters/queue", "arn")
    target = template["settler/target"]
    assert target["dead_letter_config"] == {"arn": queue}
    assert target["retry_policy"]["maximum_retry_attempts"] >= 1
    assert template["settler/function"]["dead_letter_config"] == {"target_arn": queue}


def test_eventbridge_may_send_to_the_queue_for_that_rule(template: Template) -> None:
    """It sends without a role."""
    statement = template.statements("settler_dead_letters/policy_document")["Events"]
    assert statement["principals"] == [{"type": "Service", "identifiers": ["events.amazonaws.com"]}]
    assert statement["actions"] == ["sqs:SendMessage"]
    assert [template.plain(arn) for arn in statement["resources"]] == [
        "arn:PARTITION:sqs:REGION:ACCOUNT:sqs-settler-dead-letters-dev"
    ]
    assert template.conditions(statement) == {
        ("StringEquals", "aws:SourceAccount"): ["ACCOUNT"],
        ("ArnLike", "aws:SourceArn"): [template.ref("schedule/rule", "arn")],
    }
    assert set(template.statements("dead_letters/policy_document")) == {"DenyInsecureTransport"}


def test_it_reads_what_waits_and_changes_payments_and_nothing_else(template: Template) -> None:
    """It makes no payment (no PutItem), lists no merchant's, and reads no secret of a gateway that needs none."""
    table, key = template.ref("ledger/transactions", "arn"), template.ref("encryption/key", "arn")
    statements = template.statements("settler/policy_document")
    own = set(statements) - {"Logs", "Traces", "Environment", "DeadLetters", "DeadLettersKey"}
    assert own == {"Ledger", "PendingIndex", "LedgerKey"}
    assert statements["Ledger"]["actions"] == ["dynamodb:GetItem", "dynamodb:UpdateItem"]
    assert statements["Ledger"]["resources"] == [table]
    assert statements["PendingIndex"]["actions"] == ["dynamodb:Query"]
    assert statements["PendingIndex"]["resources"] == [f"{table}/index/index-pending-dev"]
    assert statements["LedgerKey"]["resources"] == [key]


def test_one_run_at_a_time_where_concurrency_is_reserved(synthesize: Synthesize, template: Template) -> None:
    """An account whose quota is still 10 can reserve none, so that by default nothing is."""
    assert template["settler/function"]["reserved_concurrent_executions"] == -1
    made = synthesize(context={"reserved_concurrency": 50})
    assert made["settler/function"]["reserved_concurrent_executions"] == 1
    assert made["processor/function"]["reserved_concurrent_executions"] == 50
