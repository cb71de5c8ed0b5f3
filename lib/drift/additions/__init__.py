"""What was added beside the resources that Terraform manages, and which it therefore does not read.

Each module asks one service about the managed resources of that service. An addition says how Terraform would declare
it, so that the rules can evaluate it, and which command removes it: `make deploy` removes none.
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
    """Of every service. `connect(service)` gives a boto3 client."""
    for service, module in MODULES.items():
        yield from module.find(connect(service), state)
