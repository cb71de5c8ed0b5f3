"""`python -m lib.access {deploy-role|client-policy|ci-trust}`: prints IAM policies as JSON.

Exit codes: 0 done; 2 wrong input, nothing deployed, or no answer from AWS, with one line on standard error; 130 Ctrl-C.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lib.console import command_line
from lib.console.command_line import Command
from lib.errors import ToolError


def deploy_role(environ: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Return the managed policies of the role that ROLE names: name -> policy document. Raises ToolError."""
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
    """Return the trust policy for jobs of REPOSITORY in the GitHub environment ENVIRONMENT. Raises ToolError."""
    from lib.access import trust
    from lib.settings import Settings

    account, partition = account_and_partition(environ, Settings.from_environment(environ).aws_region)
    repository, environment = environ.get("REPOSITORY", ""), environ.get("ENVIRONMENT", "")
    return trust.policy(repository, environment, account, partition, trust.read_ids(environ.get("IDS", "")))


def account_and_partition(environ: Mapping[str, str], region: str) -> tuple[str, str]:
    """Return ACCOUNT (default: that of the caller's credentials) and the region's partition. Raises ToolError."""
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


def show(policies: Mapping[str, Any], directory: str) -> str:
    """Return the policies as one JSON object. With a `directory`, write one file a policy there and return the paths.

    Raises ToolError if the directory contains the policies of another role: a script that attaches every file of the
    directory would give this role the other role's permissions too.
    """
    if not directory:
        return _text(policies)
    files = {Path(directory, f"{name}.json"): document for name, document in policies.items()}
    try:
        Path(directory).mkdir(parents=True, exist_ok=True)
        others = sorted(file.name for file in set(Path(directory).glob("*.json")) - set(files))
        if others:
            raise ToolError(
                f"DIRECTORY={directory} contains {', '.join(others)}, which this role does not have; "
                "choose a folder of its own for each role, or remove these files"
            )
        for file, document in files.items():
            file.write_text(f"{_text(document)}\n")
    except OSError as error:
        raise ToolError(f"DIRECTORY={directory}: cannot be written ({error.strerror}); choose another") from error
    return "\n".join(map(str, files))


def client_policy(environ: Mapping[str, str]) -> dict[str, Any]:
    """Return the policy of a client that may call ROUTES, or all routes of MERCHANT. Raises ToolError."""
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


def _text(policy: Mapping[str, Any]) -> str:
    return json.dumps(policy, indent=2)


COMMANDS = {
    "deploy-role": Command(
        "the managed policies of the role that deploys SUFFIX to ACCOUNT; DIRECTORY=… writes them to files; "
        "ROLE=plan: of a role that may only plan; ROLE=preview: of the role that deploys pull requests",
        lambda environ: show(deploy_role(environ), environ.get("DIRECTORY", "")),
    ),
    "ci-trust": Command(
        "the trust policy of a role that the workflows of REPOSITORY assume in the GitHub environment ENVIRONMENT; "
        "IDS=OWNER_ID/REPOSITORY_ID for a repository created since 15 July 2026",
        lambda environ: _text(ci_trust(environ)),
    ),
    "client-policy": Command(
        "the policy of an API client that may call the deployed API's routes of MERCHANT, or only ROUTES",
        lambda environ: _text(client_policy(environ)),
    ),
}


def main(arguments: list[str] | None = None) -> int:
    return command_line.main("lib.access", (__doc__ or "").splitlines()[0], COMMANDS, arguments)


if __name__ == "__main__":
    sys.exit(main())
