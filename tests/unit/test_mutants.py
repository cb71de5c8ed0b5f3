"""What `make mutants` changes, and by whose tests it judges the change."""

from __future__ import annotations

import pytest

from tests.mutants.sample import rule_files
from tests.mutants.scope import rules_of

pytestmark = pytest.mark.slow


def test_each_file_of_the_rules_is_about_some() -> None:
    for files in rule_files():
        assert [file for file, rules in rules_of(files).items() if not rules] == []


def test_what_policies_share_is_about_all_that_use_it() -> None:
    _, second = rule_files()
    rules = rules_of(second)
    assert rules["policies/TAP-IAM-2.py"] == {"TAP-IAM-2"}
    assert {"TAP-IAM-1", "TAP-IAM-2"} <= rules["policies/_documents.py"] <= rules["policies/_stack.py"]
