"""REG: regions wherever they may be written, words that only look like one, and second providers."""

from __future__ import annotations

from typing import Any

import pytest

from lib.aspects.judge import judge

from .conftest import FAMILIES


@pytest.mark.parametrize("text", ["us-east-1", "logs.EU-WEST-3.amazonaws.com", "us-gov-east-1", "eu-central-1b",
                                  "use1-az4", "s3-us-iso-east-1"])  # fmt: skip
@pytest.mark.parametrize("section", ["resource", "data", "output", "locals"])
def test_a_region_is_found(good: dict[str, Any], section: str, text: str) -> None:
    good.setdefault(section, {}).setdefault("aws_vpc_endpoint_policy", {})["a"] = {"deep": [{"inside": text}]}
    assert {finding.rule_id for finding in judge(good, FAMILIES)} == {"TAP-REG-1"}


@pytest.mark.parametrize("text", ["${data.aws_region.here.name}", "north-1", "us-east", "us-east-10th", "bus-east-1"])
def test_other_words_are_none(good: dict[str, Any], text: str) -> None:
    good["resource"]["aws_sns_topic"]["alerts"]["display_name"] = text
    assert judge(good, FAMILIES) == ()


@pytest.mark.parametrize("providers", [[], [{}, {"alias": "b"}], [{"alias": "b"}]])
def test_one_provider(good: dict[str, Any], providers: list[Any]) -> None:
    good["provider"]["aws"] = providers
    assert {finding.rule_id for finding in judge(good, FAMILIES)} == {"TAP-REG-2"}


def test_no_resource_names_another(good: dict[str, Any]) -> None:
    good["resource"]["aws_sns_topic"]["alerts"]["provider"] = "aws.other"
    assert [finding.rule_id for finding in judge(good, FAMILIES)] == ["TAP-REG-2"]
