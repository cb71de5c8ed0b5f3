"""A deployment under a role of its own, in an emulator that enforces policies, and what it calls meanwhile.

The role has the policies that `make deploy-role` prints. Terraform and the Python around it have its credentials
only; `admin` are the account's, which the emulator lets through.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from lib.settings import Settings
from lib.targets import local
from lib.targets.deployment import Deployment
from lib.targets.emulator import Address, Emulator
from lib.targets.override import OVERRIDE_NAME
from lib.targets.ownership import Ownership
from lib.terraform import terraform
from lib.terraform.stack_folder import JSON_NAME, StackFolder
from tests.integration import terraform_log
from tests.integration.certificates import issue
from tests.silent_progress import SilentProgress

ACCOUNT = "000000000000"  # the emulator's
ROLE = "payments-deploy"
Call = tuple[str, str]


@dataclass
class UnderRole:
    """The deployment, clients of the role and of the account, and the calls so far."""

    deployment: Deployment
    role: Callable[[str], Any]
    admin: Callable[[str], Any]
    logs: Path
    by_python: set[Call] = field(default_factory=set)

    def calls(self) -> set[Call]:
        """(service, operation), Terraform's and ours."""
        return self.by_python.union(*(terraform_log.operations(log) for log in self.logs.iterdir()))

    def phase(self, name: str) -> None:
        """What Terraform calls from here on goes into a log of that name."""
        runner = self.deployment.terraform
        log = {"TF_LOG_PATH": str(self.logs / f"{name}.log")}
        runner.environment = {**runner.environment, **terraform_log.SETTINGS, **log}

    def put(self, content: Mapping[str, Any]) -> None:
        """Another JSON in the place of the deployment's."""
        folder = self.deployment.stack.directory
        (folder / JSON_NAME).write_text(json.dumps(content))
        self.deployment = replace(self.deployment, stack=StackFolder(folder, content))


@contextmanager
def under_role(
    stack: StackFolder, settings: Settings, policies: Mapping[str, Mapping[str, Any]], folder: Path
) -> Iterator[UnderRole]:
    """Not deployed yet; `settings` are the stack's. At the end the emulator is gone."""
    for name in ("certificate", "logs"):
        (folder / name).mkdir()
    with Emulator.start(folder, stack.region, strict=issue(folder / "certificate")) as emulator:
        address, progress = emulator.address, SilentProgress()
        credentials = _assume(address, policies)
        prepared = local.prepare(stack, address, folder, progress, terraform.find(progress), emulator)
        calls: set[Call] = set()
        session = _session(credentials, calls)

        def client(service: str) -> Any:
            return session.client(
                service,
                region_name=stack.region,
                endpoint_url=address.url,
                verify=str(address.authority),
                config=Config(proxies={}, retries={"max_attempts": 2}, s3={"addressing_style": "path"}),
            )

        deployment = replace(
            prepared, target=replace(prepared.target, connect=client, ownership=Ownership.of(settings))
        )
        _hand_over(deployment.stack, credentials)
        made = UnderRole(deployment, client, address.client, folder / "logs", calls)
        made.phase("init")
        deployment.terraform.init()
        yield made


def _assume(address: Address, policies: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Credentials of a role that has these policies, assumed by a user who may do nothing else."""
    iam = address.client("iam")
    arn = f"arn:aws:iam::{ACCOUNT}:role/{ROLE}"
    iam.create_user(UserName="deployer")
    key = iam.create_access_key(UserName="deployer")["AccessKey"]
    may_assume = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": arn}
    iam.put_user_policy(UserName="deployer", PolicyName="may-assume", PolicyDocument=_document(may_assume))
    trusted = {"AWS": f"arn:aws:iam::{ACCOUNT}:user/deployer"}
    trust = {"Effect": "Allow", "Principal": trusted, "Action": "sts:AssumeRole"}
    iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=_document(trust))
    for name, document in policies.items():
        made = iam.create_policy(PolicyName=name, PolicyDocument=json.dumps(document))["Policy"]
        iam.attach_role_policy(RoleName=ROLE, PolicyArn=made["Arn"])
    sts = boto3.client(
        "sts",
        region_name=address.region,
        endpoint_url=address.url,
        verify=str(address.authority),
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
    )
    found: Any = sts.assume_role(RoleArn=arn, RoleSessionName="deploy", DurationSeconds=3600)["Credentials"]
    return dict(found)


def _session(credentials: Mapping[str, str], calls: set[Call]) -> Any:
    """A session of the role that notes what its clients call."""
    session = boto3.session.Session(
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials["SessionToken"],
    )

    def note(model: Any, **_: Any) -> None:
        calls.add((str(model.service_model.service_id), str(model.name)))

    session.events.register("before-call", note)
    return session


def _hand_over(stack: StackFolder, credentials: Mapping[str, str]) -> None:
    """Provider and backend have the role's credentials in place of the account's."""
    file = stack.directory / OVERRIDE_NAME
    override = json.loads(file.read_text())
    own = {
        "access_key": credentials["AccessKeyId"],
        "secret_key": credentials["SecretAccessKey"],
        "token": credentials["SessionToken"],
    }
    override["terraform"]["backend"]["s3"] |= own
    override["provider"]["aws"][0] |= own
    file.write_text(json.dumps(override))


def _document(statement: Mapping[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
