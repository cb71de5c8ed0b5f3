"""What `make mutants` changes, and by whose tests it judges the change."""

from __future__ import annotations

import yaml

from tests.mutants.sample import rule_files
from tests.mutants.scope import rules_of
from tests.mutants.yaml_operators import mutants, text_of

POLICY = """
metadata: {id: TAP-X-1}
definition:
  and:
    - {cond_type: attribute, attribute: a, operator: equals, value: true}
    - not: {cond_type: attribute, resource_types: [b, c], operator: exists}
"""


def test_a_yaml_policy_has_a_mutant_for_each_part_of_its_condition() -> None:
    assert [says for says, _ in mutants(POLICY)] == [
        "and is or",
        "condition 1 dropped",
        "equals negated",
        "value negated",
        "condition 2 dropped",
        "not dropped",
        "exists negated",
        "resource_types without b",
        "resource_types without c",
    ]


def test_every_yaml_mutant_is_another_policy() -> None:
    texts = [text_of(yaml.safe_load(POLICY)), *(text_of(policy) for _, policy in mutants(POLICY))]
    assert len(set(texts)) == len(texts)
    assert all(yaml.safe_load(text)["metadata"] == {"id": "TAP-X-1"} for text in texts)


def test_each_file_of_the_rules_is_about_some() -> None:
    for files in rule_files():
        assert [file for file, rules in rules_of(files).items() if not rules] == []


def test_what_policies_share_is_about_all_that_use_it() -> None:
    _, second = rule_files()
    rules = rules_of(second)
    assert rules["policies/TAP-IAM-2.py"] == {"TAP-IAM-2"}
    assert {"TAP-IAM-1", "TAP-IAM-2"} <= rules["policies/_documents.py"] <= rules["policies/_stack.py"]
