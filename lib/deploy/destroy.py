"""`make destroy`: by the state alone, whatever the policies say today."""

from __future__ import annotations

from rich.markup import escape

from lib.deploy.confirmation import confirm
from lib.deploy.deployment import Deployment
from lib.deploy.options import Options
from lib.deploy.plans import recovery
from lib.deploy.plans.held_data import holds_data
from lib.deploy.progress import Progress
from lib.deploy.removal import teardown
from lib.deploy.removal.leftovers import Leftovers
from lib.deploy.state import State

# What AWS keeps for a while, whoever asks.
KEPT_BY_AWS = (
    "DynamoDB's own backup of a table that had point-in-time recovery: 35 days, free, nobody can delete it; it is "
    "encrypted with the table's key, and worth something only while that key can still be kept (7 days)",
)


def destroy(deployment: Deployment, options: Options, progress: Progress) -> int:
    """Plan, show, confirm, remove, look for what is left.

    0 when nothing is left, 1 when something is or the answer was no. Interrupted at any point and run again, it goes
    on with what is left.
    """
    recovery.save_unsaved_state(deployment.terraform)
    state = deployment.terraform.state()
    if state.resources:
        plan = deployment.terraform.plan(destroy=True)
        _show(state, progress)
        if not confirm(f"Destroy all of this on {deployment.target.name}, and every payment in it?", options):
            progress.show("Not destroyed.")
            return 1
        teardown.tear_down(deployment, plan)
    else:
        progress.show("The state knows no resources: nothing to destroy.")
    if report(deployment, progress).found:
        progress.show(
            "It is not in the state: a deploy that was killed has made it, or somebody by hand. make deploy takes over "
            "its own; then run make destroy again"
        )
        return 1
    return 0


def report(deployment: Deployment, progress: Progress) -> Leftovers:
    """Look for what is left after a destroy, and show it, and what AWS keeps."""
    with progress.step("what is left") as step:
        left = deployment.find_leftovers()
        step.result(f"asked {', '.join(left.asked)}")
    for item in left.found:
        progress.show(f"  [red]{escape(item)}[/red]")
    progress.show(f"[red]{len(left.found)} left[/red]" if left.found else "[bold green]nothing left[/bold green]")
    for item in left.pending:
        progress.show(f"on its way out, as AWS deletes no key at once: {escape(item)}")
    for text in KEPT_BY_AWS if deployment.target.ours.suffix is not None else ():
        progress.show(f"kept by AWS: {text}")
    return left


def _show(state: State, progress: Progress) -> None:
    """The number of resources, and each that holds data."""
    with_data = [resource for resource in state.resources if holds_data(resource.type)]
    progress.show(f"{len(state.resources)} resources would be destroyed; these hold data:")
    for resource in with_data:
        progress.show(f"  {escape(resource.address)}  {escape(resource.name)}")
