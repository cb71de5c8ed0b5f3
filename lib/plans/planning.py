"""Makes a plan from the checked JSON, imports resources of a killed deploy, and checks the plan.

These resources exist but are not in the state. The plan imports them with import blocks in a file beside the JSON:
developer.hashicorp.com/terraform/language/import
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.markup import escape

from lib.errors import ToolError
from lib.plans import plan_check
from lib.plans.orphans import Search
from lib.plans.plan_file import PlanFile
from lib.plans.refusal import Refusal
from lib.targets.override import OVERRIDE_NAME
from lib.targets.synth import RefusedError
from lib.terraform.stack_folder import JSON_NAME
from lib.terraform.terraform import PlanResult

if TYPE_CHECKING:
    from lib.targets.deployment import Deployment

ADOPTED_NAME = "adopted.tf.json"
MOST_ROUNDS = 5  # a route can be searched only after its API was found; such dependencies have at most three levels


class PlanRefusedError(RefusedError):
    """The plan must not be applied; the reasons have been shown."""

    def __init__(self, refusals: Collection[Refusal]) -> None:
        super().__init__(1, "; ".join(str(refusal) for refusal in refusals))
        self.refusals = tuple(refusals)


def checked_plan(deployment: Deployment, permitted: Collection[str] = ()) -> PlanResult:
    """Return a checked plan. `permitted`: addresses whose data may be lost. Raises PlanRefusedError and ToolError."""
    adopted: dict[str, str] = {}
    for _ in range(MOST_ROUNDS):
        write_adopted(deployment, adopted)
        plan = deployment.plan()
        content = deployment.terraform.read_plan(plan.file)
        more = orphans(deployment, content)
        if not more:
            check(deployment, plan.file, content, adopted, permitted)
            return plan
        for address, id_ in more.items():
            deployment.terraform.progress.show(
                f"created by an interrupted deploy, will be imported: {escape(address)} ({escape(id_)})"
            )
        adopted |= more
    raise ToolError(f"after {MOST_ROUNDS} plans Terraform still wants to create existing resources: {', '.join(more)}")


def apply(deployment: Deployment, permitted: Collection[str] = ()) -> None:
    """Plan, check the plan, and apply it. `permitted`: addresses whose data may be lost. Raises PlanRefusedError."""
    apply_plan(deployment, checked_plan(deployment, permitted))


def apply_plan(deployment: Deployment, plan: PlanResult) -> None:
    """Apply a checked plan. Raises ToolError if Terraform fails; a second run continues."""
    deployment.terraform.apply(plan)
    write_adopted(deployment, {})
    deployment.forget_outputs()


def check(
    deployment: Deployment,
    plan: Path,
    content: Mapping[str, Any],
    adopted: Mapping[str, str],
    permitted: Collection[str],
) -> None:
    """Check a plan; `content` is the plan as data. Raises PlanRefusedError after showing each reason."""
    broken = plan_check.check(content, _checked(deployment, adopted), permitted)
    refuse(deployment, [*_other_configuration(deployment, plan), *broken])


def losses(deployment: Deployment, content: Mapping[str, Any]) -> set[str]:
    """Return the addresses whose data a plan would lose."""
    broken = plan_check.check(content, _checked(deployment, {}), permitted=())
    return {refusal.address for refusal in broken if refusal.about_data}


def _checked(deployment: Deployment, adopted: Mapping[str, str]) -> plan_check.Checked:
    return plan_check.Checked(deployment.stack.content, adopted, lambda bucket: _has_objects(deployment, bucket))


def refuse(deployment: Deployment, refusals: Collection[Refusal]) -> None:
    """Show each reason, and raise PlanRefusedError if there is one."""
    for refusal in refusals:
        deployment.terraform.progress.show(f"[red]refused[/red] {escape(str(refusal))}")
    if refusals:
        raise PlanRefusedError(refusals)


def orphans(deployment: Deployment, content: Mapping[str, Any]) -> dict[str, str]:
    """Return address -> import id of the resources that a plan would create although they already exist."""
    creations = [change for change in content.get("resource_changes", []) if change["change"]["actions"] == ["create"]]
    if not creations:
        return {}
    search = _search(deployment, content)
    with deployment.terraform.progress.step("search for resources of an interrupted deploy") as step:
        found = {change["address"]: search.find(change["type"], change["change"]["after"]) for change in creations}
        found = {address: id_ for address, id_ in found.items() if id_}
        step.result(f"{len(found)} resources" if found else "nothing")
    return found


def _other_configuration(deployment: Deployment, plan: Path) -> Iterator[Refusal]:
    """Check that the configuration within the plan, which Terraform applies, is the checked one."""
    folder = deployment.stack.directory
    files = (folder / name for name in (JSON_NAME, OVERRIDE_NAME, ADOPTED_NAME))
    checked = {file.name: file.read_bytes() for file in files if file.exists()}
    planned = PlanFile(plan).configuration()
    for name in sorted({*planned, *checked}):
        if planned.get(name) != checked.get(name):
            cause = f"was planned with another {name} than the checked one"
            yield Refusal("the plan", cause, "plan again", about_data=False)


def adopted_by(plan: PlanFile) -> dict[str, str]:
    """Return address -> import id of the resources that a saved plan imports and the JSON does not."""
    text = plan.configuration().get(ADOPTED_NAME)
    return {entry["to"]: entry["id"] for entry in json.loads(text)["import"]} if text else {}


def write_adopted(deployment: Deployment, adopted: Mapping[str, str]) -> None:
    """Write the import blocks, or remove the file if there is nothing to import."""
    file = deployment.stack.directory / ADOPTED_NAME
    blocks = [{"to": address, "id": id_} for address, id_ in sorted(adopted.items())]
    file.write_text(json.dumps({"import": blocks}, indent=2)) if blocks else file.unlink(missing_ok=True)


def confirmed(deployment: Deployment, content: Mapping[str, Any], adopted: Mapping[str, str]) -> dict[str, str]:
    """Return those imports of a saved plan that this run's own search confirms: address -> import id."""
    search = _search(deployment, content, leave_out=adopted)
    imports = [change for change in content.get("resource_changes", []) if change["address"] in adopted]
    return {
        change["address"]: adopted[change["address"]]
        for change in imports
        if search.find(change["type"], change["change"]["after"]) == adopted[change["address"]]
    }


def changes(content: Mapping[str, Any]) -> Iterator[str]:
    """Yield one line for each change of the plan: "update aws_sqs_queue.x"."""
    for change in content.get("resource_changes", []):
        if change["change"]["actions"] not in (["no-op"], ["read"]):
            yield f"{'/'.join(change['change']['actions'])} {change['address']}"


def _search(deployment: Deployment, content: Mapping[str, Any], leave_out: Collection[str] = ()) -> Search:
    known = {
        (str(change["type"]), str(change["change"]["before"].get("id")))
        for change in content.get("resource_changes", [])
        if change["change"]["before"] and change["address"] not in leave_out
    }
    return Search(deployment.client, deployment.stack.tags, known)


def _has_objects(deployment: Deployment, bucket: str) -> bool:
    client = deployment.client("s3")
    try:
        found = client.list_object_versions(Bucket=bucket, MaxKeys=1)
    except client.exceptions.NoSuchBucket:
        return False
    return bool(found.get("Versions") or found.get("DeleteMarkers"))
