"""The managed policies of an environment's deploy role: policies/deploy-role.json with its parameters filled in."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from string import Template
from typing import Any

from lib.aspects.provider import actions as reference
from lib.environments import ROOT
from lib.naming import LONGEST_SUFFIX, Naming
from lib.settings import Settings

FILE = ROOT / "policies" / "deploy-role.json"
PREVIEW_SUFFIX = "pr-*"
# A role that only plans needs this action too, because reading a function's settings decrypts them. AWS classifies the
# action as a write, although it changes nothing.
DECRYPT = "kms:Decrypt"

PARAMETERS = {
    "ACCOUNT": "the account's twelve digits",
    "DIGEST": "eight digits in the names of the buckets, derived from the state bucket's name",
    "PARTITION": "the region's partition: aws, aws-cn, aws-us-gov, …",
    "REGION": "AWS_REGION",
    "STATE_BUCKET": "TERRAFORM_STATE_BUCKET",
    "STATE_KEY": "the state's key in the state bucket",
    "SUFFIX": "ENVIRONMENT_SUFFIX",
}
# The longest value of each parameter. With these values, every policy must fit into AWS's quota.
LONGEST = {
    "ACCOUNT": "1" * 12,
    "DIGEST": "1" * 8,
    "PARTITION": "aws-us-gov",
    "REGION": "ap-southeast-1",
    "STATE_BUCKET": "b" * 63,
    "STATE_KEY": f"{'s' * LONGEST_SUFFIX}/TapStack{'s' * LONGEST_SUFFIX}.tfstate",
    "SUFFIX": "s" * LONGEST_SUFFIX,
}


def parameters(settings: Settings, account: str, partition: str) -> dict[str, str]:
    """Return the parameters' values for one environment."""
    return {
        "ACCOUNT": account,
        "DIGEST": Naming(settings.environment_suffix, settings.state_bucket).digest,
        "PARTITION": partition,
        "REGION": settings.aws_region,
        "STATE_BUCKET": settings.state_bucket,
        "STATE_KEY": f"{settings.environment_suffix}/{settings.stack_name}.tfstate",
        "SUFFIX": settings.environment_suffix,
    }


def policies(values: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Return name -> policy document. No name ends in the suffix, so the search for leftovers ignores them."""
    content = json.loads(FILE.read_text())
    found = {}
    for number, document in enumerate(content["policies"], start=1):
        filled = Template(json.dumps(document)).substitute(values)
        found[f"payments-deploy-{values['SUFFIX']}-part{number}"] = json.loads(filled)
    return found


def preview_policies(values: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Return the policies that deploy any environment of a pull request; its suffix is `pr-` and a number.

    `pr-*` matches no other environment, because names end in the suffix. A role with these policies may change the
    environment of every pull request.
    """
    key = f"{PREVIEW_SUFFIX}/TapStack{PREVIEW_SUFFIX}.tfstate"
    found = policies({**values, "SUFFIX": PREVIEW_SUFFIX, "STATE_KEY": key})
    return {
        name.replace(PREVIEW_SUFFIX, "previews"): {
            **document,
            "Statement": [_with_pattern(statement) for statement in document["Statement"]],
        }
        for name, document in found.items()
    }


def plan_policies(values: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Return the part of the deploy role that `make plan` and `make drift` need: reads, state lock, decryption."""
    found = {}
    for name, document in policies(values).items():
        statements = [reduced for each in document["Statement"] for reduced in _reading(each, values)]
        if statements:
            found[name.replace("payments-deploy-", "payments-plan-")] = {**document, "Statement": statements}
    return found


def _with_pattern(statement: Mapping[str, Any]) -> dict[str, Any]:
    """Use StringLike instead of StringEquals where the value is a pattern."""
    condition = {
        ("StringLike" if operator == "StringEquals" and PREVIEW_SUFFIX in json.dumps(block) else operator): block
        for operator, block in statement.get("Condition", {}).items()
    }
    return {**statement, **({"Condition": condition} if condition else {})}


def _reading(statement: Mapping[str, Any], values: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Yield the part of a statement that allows to read, or to change the lock of the state."""
    lock = f"/{values['STATE_KEY']}.tflock"
    locks = [resource for resource in statement["Resource"] if resource.endswith(lock)]
    others = [resource for resource in statement["Resource"] if not resource.endswith(lock)]
    read = [action for action in statement["Action"] if _reads(action) or action == DECRYPT]
    if locks:
        yield {**statement, "Resource": locks}
    if others and read:
        yield {**statement, "Action": read, "Resource": others}


def _reads(action: str) -> bool:
    known = reference.find(action)
    return known is not None and known.level in ("Read", "List")
