"""`make destroy`: needs only the state; no rule can prevent it."""

from __future__ import annotations

from rich.markup import escape

from lib.console.confirmation import confirm
from lib.console.progress import Progress
from lib.deploy.options import DeployOptions
from lib.plans import interrupted_run
from lib.plans.held_data import holds_data
from lib.removal import teardown
from lib.removal.show import show_leftovers
from lib.targets.deployment import Deployment
from lib.terraform.state import State


def destroy(deployment: Deployment, options: DeployOptions, progress: Progress) -> int:
    """Plan the removal, show it, ask, remove everything, and search for leftovers.

    Returns 0 if nothing is left, and 1 if something is left or the user answered no. After an interrupted run, a second
    run continues.
    """
    interrupted_run.save_unsaved_state(deployment.terraform)
    state = deployment.terraform.state()
    if state.resources:
        plan = deployment.terraform.plan(destroy=True)
        _show(state, progress)
        question = f"Destroy all of this on {deployment.target.name}, and every payment in it?"
        if not confirm(question, auto_approve=options.auto_approve):
            progress.show("Not destroyed.")
            return 1
        teardown.tear_down(deployment, plan)
    else:
        progress.show("The state knows no resources: nothing to destroy.")
    if show_leftovers(deployment, progress).found:
        progress.show(
            "The listed resources are not in the state: an interrupted deploy or a person created them. make deploy "
            "imports those of an interrupted deploy; then run make destroy again. Remove the others by hand"
        )
        return 1
    return 0


def _show(state: State, progress: Progress) -> None:
    """Print the number of resources, and the address of each that contains data."""
    with_data = [resource for resource in state.resources if holds_data(resource.type)]
    progress.show(f"{len(state.resources)} resources would be destroyed; these hold data:")
    for resource in with_data:
        progress.show(f"  {escape(resource.address)}  {escape(resource.name)}")
