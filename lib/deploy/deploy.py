"""`make plan` and `make deploy`: plan the checked JSON, then check, show, confirm and apply the plan."""

from __future__ import annotations

import shutil
from collections.abc import Collection

from rich.text import Text

from lib.console.confirmation import confirm
from lib.console.progress import Progress
from lib.deploy.options import DeployOptions
from lib.plans import interrupted_run, planning, summary
from lib.plans.plan_file import PlanFile
from lib.plans.refusal import Refusal
from lib.plans.saved import SavedPlan
from lib.targets.deployment import Deployment
from lib.targets.place import Place
from lib.terraform.terraform import PLAN_FILE, PlanResult


def plan(deployment: Deployment, place: Place, options: DeployOptions, progress: Progress) -> int:
    """Make a plan, check it, and save it with the verdict. Returns 0. Raises PlanRefusedError and ToolError.

    A summary of the plan's changes is written too, even if the plan is refused.
    """
    try:
        result = planning.checked_plan(deployment, options.destroy_data)
    except planning.PlanRefusedError as error:
        content = deployment.terraform.read_plan(deployment.stack.directory / PLAN_FILE)
        summary.write(place.summary, summary.of_plan(content, error.refusals))
        raise
    summary.write(place.summary, summary.of_plan(deployment.terraform.read_plan(result.file)))
    _show(result, progress)
    saved = SavedPlan.save(place.plan, result.file, place.verdict, result.text)
    progress.show(f"saved in {saved.folder}; apply it with make deploy PLAN={saved.folder}")
    return 0


def deploy(deployment: Deployment, place: Place, options: DeployOptions, progress: Progress) -> int:
    """Plan, show, ask, and apply the plan. Returns 0, or 1 if the user answered no.

    Raises PlanRefusedError and ToolError. After an interrupted run, a second run continues.
    """
    if options.plan is not None:
        result = saved_plan(deployment, place, SavedPlan.open(options.plan), options.destroy_data)
    else:
        interrupted_run.save_unsaved_state(deployment.terraform)
        interrupted_run.keep_tainted(deployment.terraform)
        result = planning.checked_plan(deployment, options.destroy_data)
    _show(result, progress)
    if result.no_changes:
        progress.show("Nothing to do: the deployed stack is what the JSON declares.")
        return 0
    if not confirm(f"Apply this plan to {deployment.target.name}?", auto_approve=options.auto_approve):
        progress.show("Not applied.")
        return 1
    planning.apply_plan(deployment, result)
    return 0


def saved_plan(deployment: Deployment, place: Place, saved: SavedPlan, permitted: Collection[str]) -> PlanResult:
    """Return a plan that `make plan` saved, perhaps on another machine, after checking that it is still valid.

    Raises PlanRefusedError if somebody edited the plan, or if the JSON, the policies, the waivers or the state are not
    those of the planning.
    """
    runner = deployment.terraform
    # Apply a copy: then the applied file is the checked one even if somebody changes the folder.
    file = shutil.copyfile(saved.file, deployment.stack.directory / PLAN_FILE)
    if difference := saved.difference(file, place.checked, runner.state()):
        refusal = Refusal(f"PLAN={saved.folder}", difference, "plan again, with make plan", about_data=False)
        planning.refuse(deployment, [refusal])
    adopted = planning.adopted_by(PlanFile(file))
    planning.write_adopted(deployment, adopted)
    content = runner.read_plan(file)
    planning.check(deployment, file, content, planning.confirmed(deployment, content, adopted), permitted)
    changes = tuple(planning.changes(content))
    return PlanResult(not content["applyable"], changes, file, lambda: runner.show(file))


def _show(result: PlanResult, progress: Progress) -> None:
    progress.show(Text.from_ansi(result.show()))
