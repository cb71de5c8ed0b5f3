"""`make drift`: each kind of manual change is reported with its rule, and so is what `make deploy` does about it.

All changes are made at once in the one deployed stack, and undone at the end: by an apply, and by the commands that
the report names.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from lib.drift import command
from lib.drift.model import Evaluated, Repair
from lib.drift.report import Drift, as_json, text
from lib.plans import planning
from lib.targets.deployment import Deployment
from tests.integration import remedies
from tests.integration.account import Account
from tests.integration.manual_changes import MANUAL_CHANGES, Expected
from tests.silent_progress import SilentProgress

pytestmark = pytest.mark.emulator_only("it changes the deployed stack by hand")


@dataclass(frozen=True)
class Found:
    """What was reported of the changed stack."""

    drift: Drift

    def of(self, expected: Expected) -> list[Evaluated]:
        return [
            item
            for item in self.drift.changes
            if item.change.type == expected.type
            and item.change.kind is expected.kind
            and expected.says in text(item.change)
        ]


@pytest.fixture(scope="module")
def found(deployment: Deployment) -> Iterator[Found]:
    """Of a stack in which everything was changed that manual_changes.py lists."""
    before = command.find(deployment, SilentProgress())
    assert before.changes == (), [text(item.change) for item in before.changes]
    account = Account(deployment)
    for change in MANUAL_CHANGES.values():
        change.make(account)
    yield Found(command.find(deployment, SilentProgress()))
    account.tidy()


@pytest.mark.parametrize("name", MANUAL_CHANGES)
def test_a_manual_change_is_reported_with_its_rule(found: Found, name: str) -> None:
    expected = MANUAL_CHANGES[name].expected
    reported = found.of(expected)
    assert len(reported) == 1, [text(item.change) for item in found.drift.changes]
    assert expected.rule in reported[0].rules, reported[0]
    assert reported[0].change.repair is expected.repair


def test_nothing_else_is_reported(found: Found) -> None:
    expected = [item for change in MANUAL_CHANGES.values() for item in found.of(change.expected)]
    assert [text(item.change) for item in found.drift.changes if item not in expected] == []
    assert found.drift.not_deployed == ()


def test_the_json_has_the_same(found: Found) -> None:
    entries = as_json(found.drift)["drift"]
    assert [entry["text"] for entry in entries] == [text(item.change) for item in found.drift.changes]
    assert all(entry["rules"] for entry in entries)


def test_deploy_repairs_what_is_said_and_leaves_the_rest(deployment: Deployment, found: Found) -> None:
    Account(deployment).bring_back_the_key()
    leaves = [item.change for item in found.drift.changes if item.change.repair is Repair.LEAVES]
    # S3 refuses to end ACLs as long as one of them lets everybody in, so this command comes before the deploy.
    (acl,) = [change for change in leaves if change.added_type == "aws_s3_bucket_acl"]
    remedies.run(deployment, acl.remedy)
    leaves.remove(acl)

    refused = {item.change.address for item in found.drift.changes if item.change.repair is Repair.REFUSES}
    assert len(refused) == 1, "the logs that are kept without an end"
    planning.apply(deployment, permitted=refused)  # refused without this permission, and with one that is not needed
    left = [item.change for item in command.find(deployment, SilentProgress()).changes]
    assert sorted(map(text, left)) == sorted(map(text, leaves))

    for change in left:
        remedies.run(deployment, change.remedy)
    assert [text(item.change) for item in command.find(deployment, SilentProgress()).changes] == []
