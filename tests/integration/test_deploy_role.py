"""The deploy role does what plan, deploy, update and destroy need, and nothing else; shown by doing it under the role.

With an emulator and an environment of its own. RECORD_CALLS=1 does it with every permission instead, and writes what
was called to lib/access/calls.json; then `python -m lib.access.generate`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lib.access import role
from lib.access.actions import of_operation
from lib.access.arns import of_stack
from lib.access.grants import CALLS_FILE, Grants
from lib.naming import Naming
from lib.plans import planning
from lib.removal import leftovers, teardown, writers
from lib.removal.leftovers import Leftovers
from lib.settings import Settings
from lib.targets.deployment import Deployment
from lib.targets.ownership import Ownership
from lib.targets.synth import judged_stack
from lib.terraform.state import State
from tests.integration.other_environment import OTHER, attempts, standing
from tests.integration.under_role import ACCOUNT, Call, under_role
from tests.integration.updated_stack import first, updated

pytestmark = pytest.mark.emulator_only("it makes users and roles; on AWS the first deploy is the test")

ENVIRONMENT = {
    "ENVIRONMENT_SUFFIX": "it-2",
    "AWS_REGION": "eu-west-1",
    "TERRAFORM_STATE_BUCKET": "role-test-state",
    "TERRAFORM_STATE_BUCKET_REGION": "eu-north-1",
    "ALERT_EMAIL": "oncall@example.com",
    "PAYMENT_GATEWAY": "stripe",  # which adds a secret
}
RECORDING = "RECORD_CALLS" in os.environ
LAST = ("aws_apigatewayv2_route", "aws_lambda_event_source_mapping", "aws_lambda_permission")
EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
REFUSED = ("AccessDenied", "AccessDeniedException", "AuthorizationError")  # S3's, most others', SNS's
# Called on the emulator only, and refused without a consequence.
EMULATORS_OWN = {
    ("IAM", "GetUser"): "Terraform asks for its account that way where it may not validate its credentials, which the "
    "emulator's override says; on AWS it calls STS",
}


class Run:
    """What became of one deploy, update and destroy. `left`: afterwards, of this environment and of the other."""

    def __init__(self) -> None:
        self.calls: set[Call] = set()
        self.attempts: dict[str, str] = {}
        self.made_twice: set[str] = set()
        self.changes_after_update: tuple[str, ...] = ()
        self.left = Leftovers()
        self.others = Leftovers()


@pytest.fixture(scope="module")
def settings() -> Settings:
    return Settings.from_environment(ENVIRONMENT)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return judged_stack({**os.environ, **ENVIRONMENT}, tmp_path_factory.mktemp("synth"))


@pytest.fixture(scope="module")
def run(stack: Any, settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    result = Run()
    policies = {"everything": EVERYTHING} if RECORDING else role.policies(role.parameters(settings, ACCOUNT, "aws"))
    folder = tmp_path_factory.mktemp("role")
    with under_role(stack, settings, policies, folder) as under, standing(under.admin, settings) as other:
        under.put(first(stack.content))
        under.phase("deploy")
        planning.apply(under.deployment)

        # A destroy that was killed before Terraform began, and a deploy that was killed before it saved its state.
        under.phase("take over")
        deployed = under.deployment.terraform.state()
        writers.stop(under.deployment.client, deployed)
        forget(deployed, folder / "forgotten.tfstate", under.deployment)
        planning.apply(under.deployment)
        result.made_twice = ids(under.deployment.terraform.state()) - ids(deployed)

        under.phase("update")
        under.put(updated(under.deployment.stack.content, under.deployment.stack.directory))
        planning.apply(under.deployment)
        under.phase("plan")
        result.changes_after_update = under.deployment.plan().changes
        result.attempts = {} if RECORDING else attempts(under.role, under.admin, other, settings)

        under.phase("destroy")
        bucket = under.deployment.outputs["audit_bucket_name"]
        for body in (b"first", b"second"):
            under.admin("s3").put_object(Bucket=bucket, Key="audit/a-record", Body=body)
        teardown.destroy(under.deployment)
        result.left = leftovers.find(under.deployment.client, under.deployment.target.ownership)
        result.others = leftovers.find(under.admin, Ownership(OTHER, kept=(settings.state_bucket,)))
        result.calls = under.calls()
        yield result


def forget(deployed: State, file: Path, deployment: Deployment) -> None:
    """Save a state without what a deploy creates last."""
    document = deployed.document
    kept = [resource for resource in document["resources"] if resource["type"] not in LAST]
    assert len(document["resources"]) - len(kept) > 10
    file.write_text(json.dumps({**document, "serial": document["serial"] + 1, "resources": kept}))
    deployment.terraform.save_state(file)


def ids(state: State) -> set[str]:
    """Of what a deploy creates last."""
    return set(state.values("id", *LAST))


judging = pytest.mark.skipif(RECORDING, reason="RECORD_CALLS=1 notes the calls, and judges nothing")


@judging
def test_deploys_updates_and_destroys_under_the_role(run: Run) -> None:
    assert run.made_twice == set()
    assert run.changes_after_update == ()
    assert (run.left.found, run.left.unread) == ([], [])
    assert len(run.left.pending) == 2, "both keys"


@judging
def test_the_environment_beside_it_is_untouched(run: Run) -> None:
    kinds = {label.split()[0] for label in run.others.found}
    assert kinds == {"api", "iam", "kms", "log", "s3", "sns", "sqs"}


@judging
def test_every_call_is_granted(run: Run) -> None:
    assert called(run) - granted() == set()


@judging
def test_every_grant_is_called_or_documented(run: Run, stack: Any, settings: Settings) -> None:
    naming = Naming(settings.environment_suffix, settings.state_bucket)
    documented = Grants(of_stack(stack.content, naming)).documented
    assert granted() - called(run) - documented == set()


@judging
def test_what_belongs_to_another_environment_is_refused(run: Run) -> None:
    assert run.attempts
    assert {name: code for name, code in run.attempts.items() if code not in REFUSED} == {}


@judging
def test_what_is_called_on_the_emulator_only_still_is(run: Run) -> None:
    """A reason for a call that is not made any more excuses nothing."""
    assert EMULATORS_OWN.keys() <= run.calls


@pytest.mark.skipif(not RECORDING, reason="RECORD_CALLS=1 notes the calls")
def test_record(run: Run) -> None:
    operations: dict[str, list[str]] = {}
    for service, name in sorted(run.calls - EMULATORS_OWN.keys()):
        operations.setdefault(service, []).append(name)
    made_with = "RECORD_CALLS=1 pytest tests/integration/test_deploy_role.py"
    CALLS_FILE.write_text(f"{json.dumps({'made_with': made_with, 'operations': operations}, indent=1)}\n")


def called(run: Run) -> set[str]:
    return {action for call in run.calls - EMULATORS_OWN.keys() for action in of_operation(*call)}


def granted() -> set[str]:
    content = json.loads(role.FILE.read_text())
    return {
        action for policy in content["policies"] for statement in policy["Statement"] for action in statement["Action"]
    }
