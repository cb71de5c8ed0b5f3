"""The REG rules: the region is written once, in the provider, so the stack can be deployed to any region."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from lib.aspects.model import ANY_TYPE, StackRule
from lib.aspects.terraform_json import Resource, StackView, format_value, literal
from lib.findings.finding import Severity

# A region, an availability zone (us-east-1a), or its id (use1-az1):
# https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html
REGION = re.compile(
    r"(?<![a-z0-9])(?:"
    r"(?:af|ap|ca|cn|eu|eusc-de|il|me|mx|sa|us|us-gov|us-iso[a-z]?|eu-iso[a-z]?)"
    r"-(?:north|south|east|west|central|northeast|northwest|southeast|southwest)-[0-9]+[a-z]?"
    r"|[a-z]{3,5}[0-9]-az[0-9]+"
    r")(?![a-z0-9])",
    re.IGNORECASE,
)

# Comments and tags are free text without effect, so they may contain a region.
WORDS = ("//", "tags", "tags_all")


def _no_literal(stack: StackView) -> Iterator[tuple[str, str]]:
    for resource in (*stack.resources, *stack.data):
        yield from _regions(resource.path, "", resource.attributes)
    for section in ("output", "locals"):
        yield from _regions(stack.name, section, stack.section(section))


def _regions(path: str, way: str, value: Any) -> Iterator[tuple[str, str]]:
    """Yield (construct path, message) for each string that contains a region, at every depth, without tags."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name in WORDS:
                continue
            yield from _regions(path, way, str(name))
            yield from _regions(path, f"{way}.{name}".lstrip("."), inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _regions(path, way, inner)
    elif isinstance(value, str) and (found := REGION.search(value)):
        yield path, f"{way} contains {found[0]} in {json.dumps(value)}; expected a reference to the provider's region"


def _one_provider(stack: StackView) -> Iterator[tuple[str, str]]:
    used = [resource for resource in (*stack.resources, *stack.data) if resource.type.startswith("aws_")]
    providers = stack.providers("aws")
    if used and len(providers) != 1:
        yield stack.name, f"there are {len(providers)} aws providers; expected one"
    for provider in providers:
        if provider.get("alias") is not None:
            yield stack.name, f"the aws provider's alias is {format_value(provider.get('alias'))}; expected none"
    for resource in used:
        yield from _default_provider(resource)


def _default_provider(resource: Resource) -> Iterator[tuple[str, str]]:
    provider = resource.attributes.get("provider")
    if provider is not None and literal(provider) != "aws":
        yield resource.path, f"provider is {format_value(provider)}; expected none, because the stack has only one"


NO_LITERAL = StackRule(
    id="TAP-REG-1",
    title="No region is written outside of the provider and the state backend",
    why="If the stack moves, a region in an ARN or a name sends data to the old region, or breaks the stack.",
    severity=Severity.HIGH,
    controls=("Well-Architected REL10-BP01", "PCI DSS 4.0.1 3.2.1"),
    resource_types=ANY_TYPE,
    waivable=True,
    fix="refer to DataAwsRegion(…).name, or to an attribute of the resource",
    source="https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html",
    check=_no_literal,
)

ONE_PROVIDER = StackRule(
    id="TAP-REG-2",
    title="There is one aws provider, so one account and one region",
    why="A second provider could create resources in a region or account that nobody checks.",
    severity=Severity.HIGH,
    controls=("Well-Architected SEC01-BP01", "PCI DSS 4.0.1 3.2.1"),
    resource_types=ANY_TYPE,
    waivable=True,
    fix="declare one AwsProvider without alias, and remove the argument provider from resources",
    source="https://developer.hashicorp.com/terraform/language/providers/configuration",
    check=_one_provider,
)

RULES = (NO_LITERAL, ONE_PROVIDER)
