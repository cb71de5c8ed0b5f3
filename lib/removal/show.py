"""Shows leftovers after a destroy."""

from __future__ import annotations

from rich.markup import escape

from lib.console.progress import Progress
from lib.removal import leftovers
from lib.removal.leftovers import Leftovers
from lib.targets.deployment import Deployment

# What AWS keeps after a destroy.
KEPT_BY_AWS = (
    "DynamoDB's own backup of a table that had point-in-time recovery: 35 days, free, nobody can delete it; it is "
    "encrypted with the table's key, and can be restored only while the key's deletion can be cancelled (7 days)",
)


def show_leftovers(deployment: Deployment, progress: Progress) -> Leftovers:
    """Search for leftovers after a destroy, and show them and what AWS keeps."""
    with progress.step("search for leftovers") as step:
        left = leftovers.after_destroy(deployment)
        step.result(f"asked {', '.join(left.asked)}")
    for item in left.found:
        progress.show(f"  [red]{escape(item)}[/red]")
    progress.show(f"[red]{len(left.found)} left[/red]" if left.found else "[bold green]nothing left[/bold green]")
    for item in left.unread:
        progress.show(f"not known whose it is, as its tags may not be read: {escape(item)}")
    for item in left.pending:
        progress.show(f"pending deletion by AWS: {escape(item)}")
    for text in KEPT_BY_AWS if deployment.target.ownership.suffix is not None else ():
        progress.show(f"kept by AWS: {text}")
    return left
