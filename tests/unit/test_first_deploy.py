"""docs/first-deploy.md and its summary in the README name what exists, and what an idle environment costs."""

from __future__ import annotations

import re

from lib.environments import ROOT
from tests.unit.conftest import Template

TEXT = (ROOT / "docs" / "first-deploy.md").read_text()
README = (ROOT / "README.md").read_text()
UNPROVED, CHECKLIST = (
    README.partition(f"## {title}\n")[2].partition("\n## ")[0]
    for title in ("Claims that the emulator cannot prove", "First deploy on a fresh account")
)
KEY_DOLLARS, METRIC_DOLLARS, DASHBOARD_DOLLARS = 1.0, 0.10, 3.0


def rows(section: str) -> list[list[str]]:
    """The cells of a section's table, without its head."""
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_every_claim_has_evidence_and_a_way_to_verify_it() -> None:
    assert len(rows(UNPROVED)) > 10
    assert [row for row in rows(UNPROVED) if len(row) != 3 or not all(row)] == []


def test_every_step_has_its_commands_and_its_price() -> None:
    steps = rows(CHECKLIST)
    assert [row[0] for row in steps] == [str(number) for number in range(1, 11)]
    assert [row for row in steps if len(row) != 5 or not all(row)] == []
    assert re.findall(r"^## (\d+)\.", TEXT, re.MULTILINE) == [row[0] for row in steps]


def test_every_file_that_they_name_exists() -> None:
    files = re.findall(r"`((?:docs|lib|policies|tests)/[^`*]+\.\w+)`", TEXT + UNPROVED)
    assert len(files) > 5
    assert [file for file in files if not (ROOT / file).exists()] == []


def test_alarms_and_outputs_are_the_stack_s(template: Template) -> None:
    counted = {"KMS keys": "aws_kms_key", "HTTP API": "aws_apigatewayv2_api", "alarms": "aws_cloudwatch_metric_alarm"}
    for words, type_ in counted.items():
        assert f"{len(template.json['resource'][type_])} {words}" in TEXT
    alarms = {alarm["alarm_name"] for _, alarm in template.of_type("aws_cloudwatch_metric_alarm")}
    named = set(re.findall(r"alarm-name (\S+)-qa7", TEXT))
    assert named
    assert {f"{name}-dev" for name in named} <= alarms
    outputs = re.findall(r"jq -r \.(\w+)", TEXT)
    assert outputs
    assert set(outputs) <= template.json["output"].keys()
    assert "/aws/vendedlogs/api-payments-dev" in template.text
    assert "aws logs tail /aws/vendedlogs/api-payments-$ENVIRONMENT_SUFFIX" in UNPROVED
    for name in ("lambda-settler", "alias-live", "rule-settler"):
        assert f"{name}-dev" in template.text
        assert f"{name}-qa7" in TEXT
    assert f"--statement-id {template['settler/permission']['statement_id']}\n" in TEXT
    assert "alerting/settler-dead-letters" in template
    assert "dynamodb-transactions-dev" in template.text
    assert "--table-name dynamodb-transactions-qa7" in TEXT


def test_what_an_idle_environment_costs(template: Template) -> None:
    keys, dashboards = (len(template.json["resource"][name]) for name in ("aws_kms_key", "aws_cloudwatch_dashboard"))
    metrics = 0
    for _, alarm in template.of_type("aws_cloudwatch_metric_alarm"):
        metrics += len([query for query in alarm.get("metric_query", []) if "metric" in query]) or 1
    assert f"{metrics} metrics that alarms watch" in TEXT
    dollars = keys * KEY_DOLLARS + metrics * METRIC_DOLLARS + dashboards * DASHBOARD_DOLLARS
    assert f"An idle environment costs about ${dollars:.0f} a month" in TEXT
    assert f"from here on ${dollars:.0f} a month" in CHECKLIST
