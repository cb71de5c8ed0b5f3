"""Slices of a document: some resources, what they refer to, and what the rules want beside them.

Checkov takes 0.2 s for the whole stack and 0.05 s for a slice of a dozen resources.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Any

Document = dict[str, Any]

REFERENCE = re.compile(r"\b(data\.)?(aws_[a-z0-9_]+)\.([A-Za-z_][\w-]*)")
NAME = re.compile(r"name|.*_name|bucket")
WIDE_NAME = re.compile(r"[\w/-]+-\*-[\w-]+")
# What the rules want beside a resource, and what refers to it.
COMPANIONS = {
    "data.aws_iam_policy_document": "",  # whatever it is the policy of
    "aws_s3_bucket": "aws_s3_bucket_",
    "aws_sns_topic": "aws_sns_topic_policy.",
    **dict.fromkeys(("aws_dynamodb_table", "aws_lambda_function", "aws_sqs_queue"), "aws_cloudwatch_metric_alarm."),
}
NOTHING = "-"
LARGE = 30  # a resource that brings along more than this is left out where it only refers to what is wanted
REFERRERS = 6  # of each resource; a key has fifty


def blocks(document: Document) -> dict[str, dict[str, Any]]:
    """Address -> resource or data source: `aws_sqs_queue.x`, `data.aws_region.y`."""
    return {
        f"{prefix}{kind}.{name}": body
        for section, prefix in (("resource", ""), ("data", "data."))
        for kind, named in document.get(section, {}).items()
        for name, body in named.items()
    }


def text_of(body: Any) -> str:
    """What a block says, without CDKTF's comment."""
    return json.dumps({name: value for name, value in body.items() if name != "//"} if isinstance(body, dict) else body)


def references(text: str) -> set[str]:
    """The addresses that a text refers to, declared or not."""
    return {f"{data}{kind}.{name}" for data, kind, name in REFERENCE.findall(text)}


def cut(document: Document, addresses: Iterable[str]) -> Document:
    """The document with these resources and data sources, and with the outputs that refer to nothing else."""
    kept = frozenset(addresses)
    left = {**document}
    for section, prefix in (("resource", ""), ("data", "data.")):
        content = {
            kind: {name: body for name, body in named.items() if f"{prefix}{kind}.{name}" in kept}
            for kind, named in document.get(section, {}).items()
        }
        left[section] = {kind: named for kind, named in content.items() if named}
    left["output"] = {
        name: body for name, body in document.get("output", {}).items() if references(text_of(body)) <= kept
    }
    return {section: content for section, content in left.items() if content or section not in ("data", "output")}


class Slices:
    """The slices of one document."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._blocks = blocks(document)
        texts = {address: text_of(body) for address, body in self._blocks.items()}
        names = {
            value: address
            for address, body in self._blocks.items()
            for argument, value in body.items()
            if NAME.fullmatch(argument) and isinstance(value, str) and "-" in value and "$" not in value
        }
        names |= {  # an alarm says the name of the metric, and no more
            json.dumps(body["metric_transformation"]["name"]): address
            for address, body in self._blocks.items()
            if address.startswith("aws_cloudwatch_log_metric_filter.")
        }
        self._refers_to: dict[str, set[str]] = {}
        for address, text in texts.items():
            by_name = {other for name, other in names.items() if name in text}
            for pattern in WIDE_NAME.findall(text):
                # One resource of such a name is enough for a policy that admits them all.
                by_name |= set([other for name, other in names.items() if fnmatchcase(name, pattern)][:1])
            self._refers_to[address] = ((references(text) & self._blocks.keys()) | by_name) - {address}
        self._referrers: dict[str, list[str]] = {address: [] for address in self._blocks}
        for address, others in self._refers_to.items():
            for other in others:
                self._referrers[other].append(address)

    def around(self, changed: Iterable[str], beside: Iterable[str] = ()) -> frozenset[str]:
        """The addresses of a slice that holds both, and what refers to what has changed.

        Addresses that the document does not declare do not count.
        """
        seeds = self._blocks.keys() & set(changed)
        near = (self._closed({other}) for seed in seeds for other in self._referrers[seed][:REFERRERS])
        wanted = seeds | (self._blocks.keys() & set(beside)) or set(list(self._blocks)[:1])
        return self._closed(wanted).union(*(part for part in near if len(part) <= LARGE))

    def _closed(self, addresses: set[str]) -> frozenset[str]:
        """These, what they refer to and their companions, and so on."""
        found: set[str] = set()
        todo = list(addresses)
        while todo:
            address = todo.pop()
            if address not in found:
                found.add(address)
                todo.extend(self._refers_to[address])
                companions = COMPANIONS.get(address.rpartition(".")[0], NOTHING)
                todo.extend(one for one in self._referrers[address] if one.startswith(companions))
        return frozenset(found)

    def of(self, changed: Document) -> tuple[frozenset[str], Document]:
        """The slice that a change of the document is in: its addresses before, and its document after the change."""
        after = blocks(changed)
        different = {
            address for address in self._blocks.keys() | after.keys() if self._blocks.get(address) != after.get(address)
        }
        refers_to: set[str] = set().union(
            *(references(text_of(after[address])) for address in different & after.keys()),
            *(self._refers_to[address] for address in different & self._blocks.keys()),
        )
        kept = self.around(different, refers_to)
        return kept, cut(changed, kept | different)
