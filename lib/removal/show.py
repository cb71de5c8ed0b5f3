"""Shows leftovers after a destroy."""

from __future__ import annotations

from rich.markup import escape

from lib.console.progress import Progress
from lib.removal import leftovers
from lib.removal.leftovers import Leftovers
from lib.targets.deployment import Deployment

# Resources that AWS keeps after a destroy.
KEPT_BY_AWS = (
    "DynamoDB's own backup of a table that had point-in-time recovery, for 35 days: it is free, nobody can delete it, "
    "and it can be restored only as long as the deletion of the table's key can be cancelled (7 days)",
)


def show_leftovers(deployment: Deployment, progress: Progress) -> Leftovers:
    """Search for leftovers after a destroy. Show them, and the resources that AWS keeps."""
    with progress.step("search for leftovers") as step:
        left = leftovers.after_destroy(deployment)
        step.result(f"searched {', '.join(left.asked)}")
    for item in left.found:
        progress.show(f"  [red]{escape(item)}[/red]")
    progress.show(f"[red]{len(left.found)} left[/red]" if left.found else "[bold green]nothing left[/bold green]")
    for item in left.unread:
        progress.show(f"owner unknown, because your credentials may not read its tags: {escape(item)}")
    for item in left.pending:
        progress.show(f"pending deletion by AWS: {escape(item)}")
    for text in KEPT_BY_AWS if deployment.target.ownership.suffix is not None else ():
        progress.show(f"kept by AWS: {text}")
    return left
