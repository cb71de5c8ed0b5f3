"""docs/first-deploy.md names what there is: commands, files, alarms, outputs, and what an idle environment costs."""

from __future__ import annotations

import re

from lib.environments import ROOT
from tests.unit.conftest import Template

TEXT = (ROOT / "docs" / "first-deploy.md").read_text()
KEY_DOLLARS, METRIC_DOLLARS = 1.0, 0.10


def test_every_file_that_it_names_exists() -> None:
    files = re.findall(r"`((?:docs|lib|policies|tests)/[^`*]+\.\w+)`", TEXT)
    assert len(files) > 5
    assert [file for file in files if not (ROOT / file).exists()] == []


def test_alarms_and_outputs_are_the_stack_s(template: Template) -> None:
    alarms = {alarm["alarm_name"] for _, alarm in template.of_type("aws_cloudwatch_metric_alarm")}
    named = set(re.findall(r"alarm-name (\S+)-qa7", TEXT))
    assert named
    assert {f"{name}-dev" for name in named} <= alarms
    outputs = re.findall(r"jq -r \.(\w+)", TEXT)
    assert outputs
    assert set(outputs) <= template.json["output"].keys()
    assert "dynamodb-transactions-dev" in template.text
    assert "--table-name dynamodb-transactions-qa7" in TEXT


def test_what_an_idle_environment_costs(template: Template) -> None:
    keys = len(template.json["resource"]["aws_kms_key"])
    metrics = 0
    for _, alarm in template.of_type("aws_cloudwatch_metric_alarm"):
        metrics += len([query for query in alarm.get("metric_query", []) if "metric" in query]) or 1
    (stated,) = re.findall(r"costs about \$(\d+) a month", TEXT)
    assert abs(keys * KEY_DOLLARS + metrics * METRIC_DOLLARS - int(stated)) < 1.5
