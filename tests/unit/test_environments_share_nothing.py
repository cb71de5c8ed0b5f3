"""Two environments of one account, the suffix of one ending in that of the other: neither touches what the other has.

`dev` and `my-dev`: names of both end in `-dev`, which is where a pattern by suffix goes wrong.
"""

from __future__ import annotations

import fnmatch
import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from lib.aspects.naming import NAMED

pytestmark = pytest.mark.slow

if TYPE_CHECKING:
    from tests.unit.conftest import Synthesize, Template

SUFFIXES = ("dev", "my-dev")
REFERENCE = re.compile(r"\$\{((?:data\.)?aws_\w+)\.(\w+)\.(\w+)\}")
ALIAS_OF_EVERY_FUNCTION = "aws_lambda_alias"  # an alias is a name within its function
# The account's own, which has no dimension; both environments look at it, and neither writes it.
# docs.aws.amazon.com/lambda/latest/dg/monitoring-concurrency.html
OF_THE_ACCOUNT = {
    ("AWS/Lambda", "ClaimedAccountConcurrency", ()),
    ("AWS/Lambda", "ConcurrentExecutions", ()),
}

Metric = tuple[str, str, tuple[tuple[str, str], ...]]


class Environment:
    """One synthesized stack, with each reference read as the name that it stands for."""

    def __init__(self, template: Template, suffix: str) -> None:
        self.json = template.json
        self.suffix = suffix

    def resources(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        for type_, items in self.json["resource"].items():
            for id_, attributes in items.items():
                yield type_, id_, attributes

    def names(self) -> dict[str, set[str]]:
        """Resource type -> names."""
        found: dict[str, set[str]] = {}
        for type_, _, attributes in self.resources():
            for argument, _ in NAMED.get(type_, ()):
                if argument in attributes:
                    found.setdefault(type_, set()).add(attributes[argument])
        return found

    def plain(self, text: str) -> str:
        """References to named resources as their names (ARNs end in them), to others as `{suffix}.{type}.{id}`."""

        def name(match: re.Match[str]) -> str:
            type_, id_, _ = match.groups()
            if type_.startswith("data."):
                return type_
            attributes = self.json["resource"][type_][id_]
            names = [attributes[argument] for argument, _ in NAMED.get(type_, ()) if argument in attributes]
            return str(names[0]) if names else f"{self.suffix}.{type_}.{id_}"

        return REFERENCE.sub(name, text)

    def metrics(self) -> set[Metric]:
        """Whatever alarms and dashboards look at, filters write, and functions count in."""
        found: set[Metric] = set()
        for type_, _, attributes in self.resources():
            if type_ == "aws_cloudwatch_metric_alarm":
                queries = [query["metric"] for query in attributes.get("metric_query", []) if "metric" in query]
                found |= {self._metric(one) for one in queries or [attributes]}
            if type_ == "aws_cloudwatch_log_metric_filter":
                written = attributes["metric_transformation"]
                found.add((written["namespace"], written["name"], ()))
            if type_ == "aws_lambda_function":
                variables = attributes["environment"]["variables"]
                found.add((variables["POWERTOOLS_METRICS_NAMESPACE"], "*", ()))
            if type_ == "aws_cloudwatch_dashboard":
                for widget in json.loads(attributes["dashboard_body"])["widgets"]:
                    for namespace, name, *dimensions in widget["properties"].get("metrics", []):
                        pairs = zip(dimensions[::2], dimensions[1::2], strict=True)
                        found.add((namespace, name, tuple((key, self.plain(value)) for key, value in pairs)))
        return found

    def _metric(self, attributes: dict[str, Any]) -> Metric:
        dimensions = sorted(attributes.get("dimensions", {}).items())
        return (
            attributes["namespace"],
            attributes["metric_name"],
            tuple((key, self.plain(value)) for key, value in dimensions),
        )

    def policy_strings(self) -> set[str]:
        """Whatever policies say of resources and sources, patterns included."""
        found: set[str] = set()
        for document in self.json["data"]["aws_iam_policy_document"].values():
            for statement in document["statement"]:
                values = [value for item in statement.get("condition", []) for value in item["values"]]
                found |= {self.plain(value) for value in [*statement.get("resources", []), *values]}
        return found

    def permissions(self) -> set[str]:
        """Who may call the functions."""
        return {
            self.plain(attributes["source_arn"])
            for type_, _, attributes in self.resources()
            if type_ == "aws_lambda_permission"
        }


@pytest.fixture
def made(synthesize: Synthesize) -> tuple[Environment, Environment]:
    one, other = (
        Environment(synthesize(ns=f"TapStack{suffix}", environment_suffix=suffix), suffix) for suffix in SUFFIXES
    )
    return one, other


def test_no_name_is_taken_twice(made: tuple[Environment, Environment]) -> None:
    """Log groups, and so log streams, included."""
    one, other = (environment.names() for environment in made)
    assert one.keys() == other.keys() >= {"aws_cloudwatch_log_group", "aws_s3_bucket", "aws_sqs_queue"}
    for type_, names in one.items():
        if type_ != ALIAS_OF_EVERY_FUNCTION:
            assert not names & other[type_], type_


def test_no_metric_is_written_or_watched_by_both(made: tuple[Environment, Environment]) -> None:
    """An alarm of one would go off for what happens in the other."""
    one, other = (environment.metrics() for environment in made)
    assert len(one) > 20
    assert one & other == OF_THE_ACCOUNT & one


def test_no_pattern_of_one_matches_what_the_other_has(made: tuple[Environment, Environment]) -> None:
    """Keys, topics, buckets and roles, in both directions."""
    for mine, theirs in (made, reversed(made)):
        names = {name for found in theirs.names().values() for name in found}
        arns = theirs.policy_strings() | theirs.permissions()
        for pattern in mine.policy_strings() | mine.permissions():
            if "*" not in pattern or pattern == "*":
                continue
            for text in arns:
                stem = text.rstrip("*")
                assert not fnmatch.fnmatchcase(f"{stem}x", pattern), (pattern, text)
                assert not fnmatch.fnmatchcase(stem, pattern), (pattern, text)
            for name in names:
                assert not fnmatch.fnmatchcase(name, pattern), (pattern, name)


def test_no_arn_of_one_stands_in_a_policy_of_the_other(made: tuple[Environment, Environment]) -> None:
    """What both say is about the account, not about either environment."""
    one, other = (environment.policy_strings() for environment in made)
    for text in one & other:
        assert not re.search(r"\b(alarm|lambda|log-group|sqs|sns|s3|dynamodb|api)-", text), text
