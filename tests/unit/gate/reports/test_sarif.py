"""SARIF, as code scanning takes it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lib.aspects.catalogue import RULES
from tests.unit.gate.reports.conftest import IDS, validator


def test_sarif_is_valid(sarif: Any) -> None:
    assert [error.message for error in validator().iter_errors(sarif)] == []


@pytest.mark.parametrize("spoiled", [{"level": "bad"}, {"unheard": "of"}, {"message": {}}])
def test_the_schema_can_refuse(sarif: Any, spoiled: dict[str, Any]) -> None:
    sarif["runs"][0]["results"][0].update(spoiled)
    assert list(validator().iter_errors(sarif))


def test_sarif_declares_every_rule_with_its_words(sarif: Any) -> None:
    declared = {rule["id"]: rule for rule in sarif["runs"][0]["tool"]["driver"]["rules"]}
    for rule in RULES:
        words = declared[rule.id]
        assert rule.why in words["help"]["text"]
        assert rule.fix in words["help"]["text"]
        assert words["helpUri"] == rule.source
        assert words["properties"]["controls"] == list(rule.controls)
        assert words["properties"]["severity"] == rule.severity.name
    levels = {declared[id_]["defaultConfiguration"]["level"] for id_ in IDS}
    assert levels == {"error", "warning", "note"}
    assert declared["CKV_AWS_18"]["shortDescription"]["text"].startswith("Ensure the S3 bucket has access logging")
    assert "security-severity" not in declared["CKV_AWS_18"]["properties"]


def test_sarif_points_at_the_json_and_at_the_python(sarif: Any) -> None:
    results = sarif["runs"][0]["results"]
    for result in results:
        assert sarif["runs"][0]["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
    (result,) = (each for each in results if each["ruleId"] == "TAP-RUN-2" and "orders" in str(each["locations"]))
    (location,) = result["locations"]
    assert location["logicalLocations"][0]["fullyQualifiedName"] == "stack/orders/queue"
    place = location["physicalLocation"]
    file = Path(place["artifactLocation"]["uri"].removeprefix("file://"))
    assert '"orders": {' in file.read_text().splitlines()[place["region"]["startLine"] - 1]
    (made,) = result["relatedLocations"]
    assert made["physicalLocation"]["artifactLocation"] == {
        "uri": "lib/constructs/dead_letters.py",
        "uriBaseId": "PROJECT",
    }
    assert made["physicalLocation"]["region"]["startLine"] == 30


def test_sarif_suppresses_waived_and_skipped_findings(sarif: Any) -> None:
    suppressed = {
        (each["ruleId"], each["locations"][0]["logicalLocations"][0]["fullyQualifiedName"]): each["suppressions"]
        for each in sarif["runs"][0]["results"]
        if "suppressions" in each
    }
    ((waiver,),) = [value for key, value in suppressed.items() if key == ("TAP-NAME-2", "stack/letters/queue")]
    assert (waiver["kind"], waiver["status"]) == ("external", "accepted")
    assert waiver["justification"] == "its name is | the vendor's"
    assert waiver["properties"] == {"owner": "platform", "expires": "2026-12-01"}
    ((skip,),) = [value for key, value in suppressed.items() if key == ("CKV_AWS_27", "stack/orders/queue")]
    assert skip["justification"] == "nothing secret in it"
    assert len(suppressed) == 2


def test_sarif_says_what_is_wrong_with_a_waiver(sarif: Any) -> None:
    (result,) = (each for each in sarif["runs"][0]["results"] if each["ruleId"] == "waivers")
    assert "is unused" in result["message"]["text"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "policies/waivers.yaml"
    assert result["locations"][0]["physicalLocation"]["region"]["startLine"] == 3
    (warning,) = sarif["runs"][0]["invocations"][0]["toolExecutionNotifications"]
    assert "in 8 days" in warning["message"]["text"]
