"""The pull request's comment: what it says, how long it gets, and that names of a pull request are only names there."""

from __future__ import annotations

import copy
import re
from typing import Any

import pytest

from lib.findings.finding import Finding, Severity
from lib.reports.report import Report
from lib.review import comment
from lib.review.code_spans import code

HOSTILE = (
    "`|<img src=x onerror=alert(1)>@acme/security #1 [x](https://evil.example) **passed** \u202e\x1b[2J\n## passed"
)


def report(*findings: Finding) -> Report:
    account = {"judge": "gate", "stacks": 1, "resources": 98}
    return Report(findings, (), (), (), (), (), account, "gate: …")


def finding(text: str = "point_in_time_recovery.enabled is false") -> Finding:
    return Finding("TAP-REC-1", Severity.HIGH, text, text, text, text, text, 1, text)


def rendered(stack: dict[str, Any], base: dict[str, Any] | None, plan: comment.Plan | None = None) -> str:
    return comment.render(report(), stack, base, plan, "https://github.com/acme/payments/actions/runs/1")


def section(text: str, title: str) -> str:
    return text.partition(f"\n### {title}\n")[2].partition("\n### ")[0]


def change(address: str, *actions: str, holds_data: bool = False) -> dict[str, Any]:
    return {"address": address, "type": address.partition(".")[0], "actions": list(actions), "holds_data": holds_data}


def test_the_same_stack_changes_nothing(document: dict[str, Any]) -> None:
    text = rendered(document, document)
    assert text.startswith(f"{comment.MARKER}\n## Policies: passed\n")
    assert "No permission changes." in section(text, "Access")
    assert "No resource that holds data is changed or removed." in section(text, "Resources with data")
    assert "0 to create, 0 to update, 0 to destroy." in section(text, "Resources")
    assert "No new resource costs anything." in section(text, "Cost of new resources")


def test_a_grant_that_is_added_is_in_the_access_section(document: dict[str, Any]) -> None:
    base = copy.deepcopy(document)
    for name, body in base["data"]["aws_iam_policy_document"].items():
        if name.startswith("processor_policy"):
            body["statement"][0]["actions"].remove("dynamodb:UpdateItem")
    access = section(rendered(document, base), "Access")
    assert re.search(r"\*\*added\*\* \| `aws_iam_role role-processor-dev` \| `dynamodb:UpdateItem`", access)
    assert "removed" in section(rendered(base, document), "Access")


def test_a_period_that_is_shortened_is_in_its_section(document: dict[str, Any]) -> None:
    base = copy.deepcopy(document)
    for group in base["resource"]["aws_cloudwatch_log_group"].values():
        group["retention_in_days"] = 400
    title = "Encryption, exposure, retention and alarms"
    assert "| `retention_in_days` | `400` | `365` |" in section(rendered(document, base), title)
    assert title not in rendered(document, document)


def test_the_plan_is_what_counts_where_there_is_one(document: dict[str, Any]) -> None:
    plan = comment.Plan(
        [
            change("aws_dynamodb_table.ledger", "delete", "create", holds_data=True),
            change("aws_sqs_queue.new", "create", holds_data=True),
            change("aws_iam_role.old", "delete"),
        ],
        ["aws_dynamodb_table.ledger: holds data and would be destroyed"],
    )
    text = rendered(document, document, plan)
    assert "2 to create, 0 to update, 2 to destroy." in section(text, "Plan")
    data = section(text, "Resources with data")
    assert "| delete/create | `aws_dynamodb_table.ledger` |" in data
    assert "aws_sqs_queue.new" not in data
    assert "**The plan is refused:**" in data
    assert "aws_dynamodb_table.ledger" not in section(text, "Cost of new resources"), "what is replaced is not new"
    assert "`aws_dynamodb_table.ledger: holds data and would be destroyed`" in data


def test_without_a_base_everything_is_new_and_access_is_not_compared(document: dict[str, Any]) -> None:
    text = rendered(document, None)
    assert "Not compared" in section(text, "Access")
    resources = sum(map(len, document["resource"].values()))
    assert f"{resources} to create, 0 to update, 0 to destroy." in section(text, "Resources")


def test_a_removed_table_is_named_without_a_plan(document: dict[str, Any]) -> None:
    stack = copy.deepcopy(document)
    (name,) = stack["resource"].pop("aws_dynamodb_table")
    assert f"| delete | `aws_dynamodb_table.{name}` |" in section(rendered(stack, document), "Resources with data")


def test_findings_are_listed_and_the_verdict_is_failed(document: dict[str, Any]) -> None:
    text = comment.render(report(finding()), document, document, None)
    assert "## Policies: failed" in text
    assert "| TAP-REC-1 | HIGH | `point_in_time_recovery.enabled is false` |" in text


def outside_code(text: str) -> str:
    return re.sub(r"`[^`\n]*`", "", text)


def test_names_of_a_pull_request_are_never_markup(document: dict[str, Any]) -> None:
    stack = copy.deepcopy(document)
    for table in stack["resource"]["aws_dynamodb_table"].values():
        table["name"] = HOSTILE
    plan = comment.Plan([change(HOSTILE, "create", "delete", holds_data=True)], [HOSTILE])
    text = comment.render(report(finding(HOSTILE)), stack, document, plan)
    left = outside_code(text)
    for part in ("onerror", "@acme", "#1", "evil.example", "\x1b", "\u202e"):
        assert part not in left
    assert "\x1b" not in text
    assert [line for line in text.splitlines() if line.startswith("## ")] == ["## Policies: failed"]
    rows = [line for line in text.splitlines() if line.startswith("|") and "onerror" in line]
    assert len(rows) > 4
    widths = {len(line.strip("|").split("|")) for line in rows}
    assert widths <= {1, 2, 5}, "a name adds no cell"


def test_an_empty_name_and_a_long_one() -> None:
    assert code("") == "–"
    assert code("` `") == "`' '`"
    assert len(code("x" * 10_000)) == 202


@pytest.mark.parametrize("letter", ["x", "€"])
def test_the_comment_is_never_longer_than_github_takes(document: dict[str, Any], letter: str) -> None:
    long = letter * 5_000
    plan = comment.Plan([change(f"aws_x.{long}{n}", "delete", holds_data=True) for n in range(3_000)], [long] * 3_000)
    text = comment.render(report(*[finding(long)] * 3_000), document, {"resource": {}}, plan, "https://x")
    assert len(text.encode()) <= 65_536
    assert "… and 2" in text
    assert "## Policies: failed" in text
    assert "### Cost of new resources" in text
    assert len(comment.failure(long).encode()) <= 65_536


def test_without_a_verdict_the_comment_says_why() -> None:
    text = comment.failure("cdktf.out: this directory does not exist", "https://x")
    assert text.startswith(comment.MARKER)
    assert "no verdict" in text
    assert "`cdktf.out: this directory does not exist`" in text
