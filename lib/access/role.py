"""The managed policies of an environment's deploy role: policies/deploy-role.json with its parameters filled in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from string import Template
from typing import Any

from lib.environments import ROOT
from lib.naming import LONGEST_SUFFIX, Naming
from lib.settings import Settings

FILE = ROOT / "policies" / "deploy-role.json"

PARAMETERS = {
    "ACCOUNT": "the account's twelve digits",
    "DIGEST": "eight digits for the state bucket, in the buckets' names",
    "PARTITION": "aws, aws-cn, aws-us-gov, …: that of the region",
    "REGION": "AWS_REGION",
    "STATE_BUCKET": "TERRAFORM_STATE_BUCKET",
    "STATE_KEY": "the state's key in that bucket",
    "SUFFIX": "ENVIRONMENT_SUFFIX",
}
# The longest value of each parameter: every policy must fit into its quota with these.
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
