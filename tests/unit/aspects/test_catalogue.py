"""The catalogue as reviewers and the second judge rely on it."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from lib.aspects.catalogue import RULES
from lib.aspects.model import Rule
from lib.environments import ROOT
from lib.findings.finding import Severity

CRITICAL, HIGH, MEDIUM, LOW = Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM, Severity.LOW


def test_ids_and_severities_change_only_on_purpose() -> None:
    assert {rule.id: rule.severity for rule in RULES} == {
        "TAP-DOC-1": CRITICAL,
        "TAP-DOC-2": CRITICAL,
        "TAP-DOC-3": CRITICAL,
        "TAP-DOC-4": HIGH,
        "TAP-DOC-5": HIGH,
        "TAP-DOC-6": HIGH,
        "TAP-DOC-7": CRITICAL,
        "TAP-NAME-1": MEDIUM,
        "TAP-NAME-2": LOW,
        "TAP-ENC-1": CRITICAL,
        "TAP-ENC-2": CRITICAL,
        "TAP-ENC-3": HIGH,
        "TAP-ENC-4": HIGH,
        "TAP-ENC-5": HIGH,
        "TAP-ENC-6": HIGH,
        "TAP-ENC-7": HIGH,
        "TAP-ENC-8": HIGH,
        "TAP-ENC-9": CRITICAL,
        "TAP-ENC-10": HIGH,
        "TAP-ENC-11": HIGH,
        "TAP-REC-1": HIGH,
        "TAP-REC-2": HIGH,
        "TAP-DEL-1": HIGH,
        "TAP-DEL-2": HIGH,
        "TAP-DEL-3": HIGH,
        "TAP-DEL-4": HIGH,
        "TAP-DEL-5": HIGH,
        "TAP-DEL-6": MEDIUM,
        "TAP-TAG-1": MEDIUM,
        "TAP-NET-1": CRITICAL,
        "TAP-NET-2": CRITICAL,
        "TAP-NET-3": CRITICAL,
        "TAP-NET-4": CRITICAL,
        "TAP-NET-5": HIGH,
        "TAP-NET-6": CRITICAL,
        "TAP-OBS-1": HIGH,
        "TAP-OBS-2": MEDIUM,
        "TAP-OBS-3": MEDIUM,
        "TAP-OBS-4": HIGH,
        "TAP-OBS-5": HIGH,
        "TAP-OBS-6": HIGH,
        "TAP-OBS-7": LOW,
        "TAP-OBS-8": MEDIUM,
        "TAP-OBS-9": HIGH,
        "TAP-OBS-10": HIGH,
        "TAP-RUN-1": HIGH,
        "TAP-RUN-2": HIGH,
        "TAP-RUN-3": MEDIUM,
        "TAP-RUN-4": HIGH,
        "TAP-RUN-5": MEDIUM,
        "TAP-RUN-6": HIGH,
        "TAP-RUN-7": CRITICAL,
        "TAP-DEL-7": HIGH,
        "TAP-IAM-1": CRITICAL,
        "TAP-IAM-2": CRITICAL,
        "TAP-IAM-3": CRITICAL,
        "TAP-IAM-4": HIGH,
        "TAP-IAM-5": CRITICAL,
        "TAP-IAM-6": CRITICAL,
        "TAP-IAM-7": CRITICAL,
        "TAP-IAM-8": CRITICAL,
        "TAP-REG-1": HIGH,
        "TAP-REG-2": HIGH,
    }


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_has_all_its_words(rule: Rule) -> None:
    assert re.fullmatch(r"TAP-[A-Z]+-[1-9][0-9]*", rule.id)
    assert not rule.title.endswith(".")
    assert rule.why.endswith(".")
    assert rule.fix
    assert not rule.fix.endswith(".")
    assert rule.source.startswith("https://")
    assert rule.resource_types
    assert rule.controls
    for control in rule.controls:
        assert re.fullmatch(r"PCI DSS 4\.0\.1 \d+(\.\d+)+|Well-Architected [A-Z]+\d\d-BP\d\d", control)


def test_encryption_teardown_and_public_access_cannot_be_waived() -> None:
    unwaivable = {rule.id for rule in RULES if not rule.waivable}
    closed = {rule.id for rule in RULES if rule.id.split("-")[1] in ("DOC", "ENC", "DEL", "NET")}
    assert unwaivable == closed - {"TAP-NET-5", "TAP-DOC-4"}


def test_the_catalogue_can_be_read_without_cdktf() -> None:
    """A reviewer's tool, or a generator of documents, starts no Node."""
    code = "import sys, lib.aspects.judge; sys.exit(bool({'jsii', 'cdktf'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0
