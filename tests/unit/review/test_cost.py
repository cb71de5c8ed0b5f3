"""The estimate of what new resources cost."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from typing import Any

from lib.aspects.types import classified
from lib.review import cost


def test_a_key_costs_a_dollar_and_its_use_extra() -> None:
    found = cost.estimate([("aws_kms_key.main", {})])
    (item,) = found.items
    assert (found.monthly, item.usage, item.source) == (
        Decimal("1.0"),
        "$3 a million requests",
        "aws.amazon.com/kms/pricing",
    )
    assert (found.region, len(found.day)) == ("us-east-1", 10)


def test_an_alarm_costs_for_each_metric_that_it_watches() -> None:
    metric = {"metric": {"metric_name": "Errors"}}
    alarm = {"metric_query": [metric, metric, {"expression": "m1 / m2"}]}
    assert cost.estimate([("aws_cloudwatch_metric_alarm.rate", alarm)]).monthly == Decimal("0.20")
    assert cost.estimate([("aws_cloudwatch_metric_alarm.one", {"metric_name": "Errors"})]).monthly == Decimal("0.10")


def test_what_costs_nothing_is_left_out() -> None:
    assert cost.estimate([("aws_iam_role.r", {}), ("aws_kms_alias.a", {})]).items == ()


def test_an_unknown_type_and_an_unknown_kind_are_named() -> None:
    found = cost.estimate([("aws_rds_cluster.c", {}), ("aws_dynamodb_table.t", {"billing_mode": "PROVISIONED"})])
    assert found.unpriced == ("aws_rds_cluster.c", "aws_dynamodb_table.t")
    assert found.items == ()


def test_the_shipped_stack_is_priced_and_costs_what_the_documents_say(document: dict[str, Any]) -> None:
    """docs/first-deploy.md: about $10 a month while idle."""
    resources = [
        (f"{type_}.{name}", body) for type_, named in document["resource"].items() for name, body in named.items()
    ]
    found = cost.estimate(resources)
    assert found.unpriced == ()
    assert round(found.monthly) == 10


def test_each_priced_type_is_one_of_the_catalogue() -> None:
    table = tomllib.loads(cost.FILE.read_text())
    assert [type_ for type_ in (*table["prices"], *table["free"]) if classified(type_) is None] == []
    assert not set(table["prices"]) & set(table["free"])
    for price in table["prices"].values():
        assert price["source"].startswith("aws.amazon.com/")
