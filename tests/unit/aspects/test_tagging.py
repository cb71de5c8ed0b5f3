"""TAG: the required tags stand on each resource, as literals; the list of taggable types is the bindings'."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lib.aspects.payments_conventions import PAYMENTS
from lib.aspects.tagging import TAGGABLE
from lib.findings.finding import Finding

REQUIRED = PAYMENTS.required_tags
TOPIC = "aws_sns_topic.alerts"
GROUP = "aws_autoscaling_group.workers"


@pytest.mark.parametrize("name", REQUIRED)
@pytest.mark.parametrize("value", [None, "", "  ", "${var.value}", 7])
def test_each_required_tag_is_a_literal(after: Callable[..., tuple[Finding, ...]], name: str, value: Any) -> None:
    (finding,) = after(TOPIC, f"tags.{name}", value)
    assert (finding.rule_id, finding.path) == ("TAP-TAG-1", f"TapStackdev/{TOPIC}")
    assert finding.message.startswith(f"tag {name} is ")


@pytest.mark.parametrize("tags", [None, {}, "${var.tags}", "${merge(local.tags, {})}"])
def test_tags_as_a_whole(broken: Callable[..., set[str]], tags: Any) -> None:
    assert broken(TOPIC, "tags", tags) == {"TAP-TAG-1"}


def test_more_tags_are_harmless(broken: Callable[..., set[str]]) -> None:
    assert broken(TOPIC, "tags.CostCenter", "${var.center}") == set()


@pytest.mark.parametrize(("left_out", "found"), [("", set()), ("Owner", {"TAP-TAG-1"})])
def test_autoscaling_groups_have_tags_as_blocks(
    broken: Callable[..., set[str]], left_out: str, found: set[str]
) -> None:
    blocks = [{"key": name, "value": "x", "propagate_at_launch": True} for name in REQUIRED if name != left_out]
    assert broken(GROUP, "", {"name": "group-workers-dev", "tag": blocks}) == found


def test_types_without_tags_need_none(broken: Callable[..., set[str]]) -> None:
    assert broken("aws_kms_alias.a", "", {"name": "alias/kms-a-dev"}) == set()


def test_the_taggable_types_are_those_of_the_bindings() -> None:
    """A newer provider with more types makes this fail: write its list into taggable_types.txt."""
    spec = importlib.util.find_spec("cdktf_cdktf_provider_aws")
    assert spec is not None
    assert spec.origin is not None
    found = set()
    for source in Path(spec.origin).parent.glob("*/__init__.py"):
        for class_ in source.read_text().split("\nclass ")[1:]:
            documented = re.search(r"/docs/resources/\w+ (aws_\w+)\}", class_)
            is_resource = documented and "TerraformResource," in class_[:300]
            if is_resource and "def tags_input(" in class_ and "def tags_all(" in class_:
                found.add(documented[1])
    assert found == TAGGABLE
