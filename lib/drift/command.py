"""The command `make drift`."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping

from botocore.exceptions import BotoCoreError, ClientError

from lib.console.progress import Progress
from lib.drift import report
from lib.drift.additions import additions
from lib.drift.model import Repair
from lib.drift.plan_changes import manual_changes, not_deployed
from lib.drift.references import Known
from lib.drift.refreshed import Refreshed
from lib.drift.report import Drift
from lib.drift.rules import Evaluation
from lib.errors import ToolError
from lib.plans import planning
from lib.targets import chosen
from lib.targets.deployment import Deployment
from lib.targets.kept import DemoFolder


def drift(environ: Mapping[str, str], progress: Progress, *, as_json: bool, home: DemoFolder | None = None) -> int:
    """Print the manual changes. Returns 0 if there are none, else 1. Raises ToolError if they cannot be searched."""
    with chosen.opened(environ, progress, home) as deployment:
        found = find(deployment, progress)
    if as_json:
        print(json.dumps(report.as_json(found), indent=2), file=sys.stdout)
    else:
        progress.show(*report.lines(found))
    return 1 if found.changes else 0


def find(deployment: Deployment, progress: Progress) -> Drift:
    """Return every manual change with the rules that it violates, without changing anything."""
    content = deployment.stack.content
    plan = deployment.terraform.read_plan(deployment.plan().file)
    state = Refreshed.of_plan(plan)
    if not any(not item.address.startswith("data.") for item in state.resources):
        raise ToolError(f"nothing is deployed to {deployment.target.name}, so there can be no drift; run make deploy")
    with progress.step("search for additions") as step:
        try:
            added = list(additions(deployment.client, state))
        except (BotoCoreError, ClientError) as error:
            raise ToolError(f"the search for additions on {deployment.target.name} failed: {error}") from error
        step.result(f"{len(added)} additions")
    evaluation = Evaluation(content, Known.of(content, state))
    losses = planning.losses(deployment, plan)
    changed = [
        change.refused() if change.address in losses and change.repair is not Repair.LEAVES else change
        for change in manual_changes(plan, content)
    ]
    changes = [evaluation.evaluate(change) for change in (*changed, *added)]
    waiting = [evaluation.evaluate(change) for change in not_deployed(plan, content)]
    # A deploy never sets a value that violates a rule. So if the deployed value violates one, it was set by hand, and
    # an interrupted deploy has stored it in the state.
    changes += [item for item in waiting if item.rules]
    return Drift(
        target=deployment.target.name,
        resources=sum(not item.address.startswith("data.") for item in state.resources),
        changes=tuple(changes),
        not_deployed=tuple(dict.fromkeys(item.change.address for item in waiting if not item.rules)),
    )
