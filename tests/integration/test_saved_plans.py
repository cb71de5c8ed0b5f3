"""`make plan` and `make deploy PLAN=…`: what was saved is applied if nothing has changed since, and once."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from lib.deploy import deploy
from lib.deploy.options import DeployOptions
from lib.gate import digests, verdict
from lib.plans.planning import PlanRefusedError
from lib.plans.saved import SUMS, SavedPlan
from lib.targets.deployment import Deployment
from lib.targets.place import Place
from tests.silent_progress import SilentProgress

pytestmark = pytest.mark.emulator_only("it suspends the versioning of the archive, and applies plans")


@pytest.fixture(scope="module")
def place(synthesized: Path, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """As on AWS; what was checked is what was synthesized."""
    folder = tmp_path_factory.mktemp("place")
    checked = shutil.copytree(synthesized, folder / "checked")
    return Place(synthesized=synthesized, checked=checked, plan=folder / "plan", lock=folder / "lock")


@pytest.fixture(scope="module")
def saved(deployment: Deployment, outputs: dict[str, str], place: Place) -> SavedPlan:
    """A plan that turns versioning on again, which somebody has suspended."""
    deployment.client("s3").put_bucket_versioning(
        Bucket=outputs["audit_bucket_name"], VersioningConfiguration={"Status": "Suspended"}
    )
    progress = SilentProgress()
    assert deploy.plan(deployment, place, DeployOptions(), progress) == 0
    assert f"apply it with make deploy PLAN={place.plan}" in progress.lines[-1]
    return SavedPlan.open(place.plan)


@pytest.fixture
def copied(saved: SavedPlan, tmp_path: Path) -> Path:
    """The saved folder, to be changed."""
    return shutil.copytree(saved.folder, tmp_path / "plan")


@pytest.fixture
def applied(deployment: Deployment, place: Place) -> Callable[..., int]:
    """`make deploy PLAN=FOLDER`"""

    def run(folder: Path, place: Place = place) -> int:
        return deploy.deploy(deployment, place, DeployOptions(plan=folder, auto_approve=True), SilentProgress())

    return run


def test_an_edited_plan_is_refused(applied: Callable[..., int], copied: Path) -> None:
    with zipfile.ZipFile(copied / "tfplan", "a") as archive:
        archive.writestr("more", b"")
    with pytest.raises(PlanRefusedError, match="tfplan was changed after make plan saved it"):
        applied(copied)


def test_a_plan_of_other_json_is_refused(
    applied: Callable[..., int], copied: Path, place: Place, tmp_path: Path
) -> None:
    checked = shutil.copytree(place.checked, tmp_path / "checked")
    (file,) = checked.glob("stacks/*/cdk.tf.json")
    file.write_text(file.read_text().replace("PAY_PER_REQUEST", "PROVISIONED"))
    other = Place(place.synthesized, checked, place.plan, place.lock)
    with pytest.raises(PlanRefusedError, match=r"cdk\.tf\.json was changed"):
        applied(copied, other)


def test_a_plan_under_other_waivers_is_refused(applied: Callable[..., int], copied: Path) -> None:
    file = copied / verdict.FILE
    document = json.loads(file.read_text())
    document["predicate"]["policy"]["annotations"]["policies/waivers.yaml"] = "0" * 64
    file.write_text(json.dumps(document))
    lines = (f"{digests.of_file(copied / name)}  {name}\n" for name in ("tfplan", verdict.FILE))
    (copied / SUMS).write_text("".join(lines))
    with pytest.raises(PlanRefusedError, match=r"policies/waivers\.yaml was changed"):
        applied(copied)


def test_a_plan_with_another_configuration_in_it_is_refused(
    applied: Callable[..., int], copied: Path, deployment: Deployment
) -> None:
    """Whoever writes all three files can make the digests fit; the configuration within is compared all the same."""
    with zipfile.ZipFile(copied / "tfplan") as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members["tfconfig/m-/cdk.tf.json"] = members["tfconfig/m-/cdk.tf.json"].replace(b"PAY_PER_REQUEST", b"PROVISIONED")
    with zipfile.ZipFile(copied / "tfplan", "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    lines = (f"{digests.of_file(copied / name)}  {name}\n" for name in ("tfplan", verdict.FILE))
    (copied / SUMS).write_text("".join(lines))
    before = deployment.terraform.state().serial
    with pytest.raises(PlanRefusedError, match=r"planned with another cdk\.tf\.json"):
        applied(copied)
    assert deployment.terraform.state().serial == before


def test_the_saved_plan_is_applied_and_then_stale(
    applied: Callable[..., int], saved: SavedPlan, deployment: Deployment, outputs: dict[str, str]
) -> None:
    assert applied(saved.folder) == 0
    s3 = deployment.client("s3")
    assert s3.get_bucket_versioning(Bucket=outputs["audit_bucket_name"])["Status"] == "Enabled"
    with pytest.raises(PlanRefusedError, match="it is stale: it was planned when the state had serial"):
        applied(saved.folder)
