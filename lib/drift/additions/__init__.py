"""Finds additions to managed resources, which Terraform does not read.

Each module lists the additions of one service. An addition contains a Terraform declaration, which the rules evaluate.
It also contains the command that removes it, because `make deploy` does not remove additions.
"""

from __future__ import annotations

from collections.abc import Iterator

from lib.drift.additions import api, buckets, functions, keys, logs, roles, tables, topics
from lib.drift.additions.addition import Connect
from lib.drift.model import Change
from lib.drift.refreshed import Refreshed

MODULES = {
    "apigatewayv2": api,
    "dynamodb": tables,
    "iam": roles,
    "kms": keys,
    "lambda": functions,
    "logs": logs,
    "s3": buckets,
    "sns": topics,
}


def additions(connect: Connect, state: Refreshed) -> Iterator[Change]:
    """Yield the additions of every service. `connect(service)` returns a boto3 client."""
    for service, module in MODULES.items():
        yield from module.find(connect(service), state)
