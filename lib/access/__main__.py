"""`python -m lib.access {deploy-role|client-policy|ci-trust}`: IAM policies as JSON.

Exit codes: 0; 2 for wrong input, if nothing is deployed, or if AWS does not answer (one line on standard error); 130
for Ctrl-C.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lib import environments
from lib.errors import ToolError

COMMANDS = {
    "deploy-role": "the managed policies of the role that deploys SUFFIX to ACCOUNT; DIRECTORY=… writes files; "
    "ROLE=plan for a role that only plans, ROLE=preview for the environments of pull requests",
    "ci-trust": "the trust policy of a role for the workflows of REPOSITORY that name ENVIRONMENT; IDS=OWNER_ID/ID",
    "client-policy": "the policy of an API client that may call ROUTES of the deployed API, and nothing else",
}


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m lib.access", description=(__doc__ or "").splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    for name, text in COMMANDS.items():
        commands.add_parser(name, help=text)
    command = parser.parse_args(arguments).command
    try:
        environments.enter("-m", "lib.access")
        if command == "deploy-role":
            show(deploy_role(os.environ), os.environ.get("DIRECTORY", ""))
        elif command == "ci-trust":
            print(json.dumps(ci_trust(os.environ), indent=2))
        else:
            print(json.dumps(client_policy(os.environ), indent=2))
    except ToolError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    return 0


def deploy_role(environ: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Return name -> policy document. Raises ToolError."""
    from lib.access import role
    from lib.settings import Settings

    suffix = environ.get("SUFFIX") or environ.get("ENVIRONMENT_SUFFIX")
    settings = Settings.from_environment({**environ, **({"ENVIRONMENT_SUFFIX": suffix} if suffix else {})})
    settings.require_state_bucket()
    kinds = {"deploy": role.policies, "plan": role.plan_policies, "preview": role.preview_policies}
    kind = environ.get("ROLE") or "deploy"
    if kind not in kinds:
        raise ToolError(f"ROLE is {kind!r}, but it is deploy, plan or preview; unset it for the deploy role")
    account, partition = account_and_partition(environ, settings.aws_region)
    return kinds[kind](role.parameters(settings, account, partition))


def ci_trust(environ: Mapping[str, str]) -> dict[str, Any]:
    """Raises ToolError."""
    from lib.access import trust
    from lib.settings import Settings

    account, partition = account_and_partition(environ, Settings.from_environment(environ).aws_region)
    repository, environment = environ.get("REPOSITORY", ""), environ.get("ENVIRONMENT", "")
    return trust.policy(repository, environment, account, partition, trust.read_ids(environ.get("IDS", "")))


def account_and_partition(environ: Mapping[str, str], region: str) -> tuple[str, str]:
    """Return ACCOUNT (default: the credentials' account) and the region's partition. Raises ToolError."""
    import boto3

    session = boto3.session.Session(region_name=region)
    account = environ.get("ACCOUNT") or account_of(session)
    if not re.fullmatch("[0-9]{12}", account):
        raise ToolError(f"ACCOUNT is {account!r}, but an account has twelve digits; set it like ACCOUNT=123456789012")
    return account, session.get_partition_for_region(region)


def account_of(session: Any) -> str:
    """Return the account of the caller's credentials. Raises ToolError if there are none."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        return str(session.client("sts").get_caller_identity()["Account"])
    except (BotoCoreError, ClientError) as error:
        raise ToolError(
            f"ACCOUNT is not set, and AWS did not return it ({error}); set it like ACCOUNT=123456789012"
        ) from error


def show(policies: Mapping[str, Any], directory: str) -> None:
    """Print one JSON object, or write a file for each policy and print its path. Raises ToolError.

    A folder with other policies is refused: a script that attaches every file in it would attach those too.
    """
    if not directory:
        print(json.dumps(policies, indent=2))
        return
    try:
        Path(directory).mkdir(parents=True, exist_ok=True)
        others = sorted({file.name for file in Path(directory).glob("*.json")} - {f"{name}.json" for name in policies})
        if others:
            raise ToolError(
                f"DIRECTORY={directory} contains {', '.join(others)}, which this role does not have; "
                "choose a folder of its own for each role, or remove these files"
            )
        for name, document in policies.items():
            file = Path(directory, f"{name}.json")
            file.write_text(f"{json.dumps(document, indent=2)}\n")
            print(file)
    except OSError as error:
        raise ToolError(f"DIRECTORY={directory}: cannot be written ({error.strerror}); choose another") from error


def client_policy(environ: Mapping[str, str]) -> dict[str, Any]:
    """Raises ToolError."""
    from botocore.exceptions import BotoCoreError, ClientError

    from lib.access import client
    from lib.console.progress import ConsoleProgress, console_for
    from lib.operations import deployed

    stack = deployed.find(environ, ConsoleProgress(console_for(sys.stderr)))
    api = client.Api.of_outputs(stack.outputs)
    try:
        routes = client.deployed_routes(stack.connect("apigatewayv2"), api.id)
    except (BotoCoreError, ClientError) as error:
        raise ToolError(f"the routes of {stack.name} cannot be listed: {error}") from error
    wanted, values = client.split(environ.get("ROUTES", "")), client.values(environ.get("VALUES", ""))
    if merchant := environ.get("MERCHANT", ""):
        if not wanted and not values:
            return client.policy_of_merchant(api, merchant)
        values[client.MERCHANT] = merchant
    return client.policy(api, routes, wanted, values)


if __name__ == "__main__":
    sys.exit(main())
