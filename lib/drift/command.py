"""`make drift`: the steps, and the exit code."""

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
    """0 where nobody changed anything by hand, 1 where somebody did. Raises ToolError where that cannot be told."""
    with chosen.opened(environ, progress, home) as deployment:
        found = find(deployment, progress)
    if as_json:
        print(json.dumps(report.as_json(found), indent=2), file=sys.stdout)
    else:
        progress.show(*report.lines(found))
    return 1 if found.changes else 0


def find(deployment: Deployment, progress: Progress) -> Drift:
    """Every manual change, with the rules that it violates. Nothing is changed."""
    content = deployment.stack.content
    plan = deployment.terraform.read_plan(deployment.plan().file)
    state = Refreshed.of_plan(plan)
    if not any(not item.address.startswith("data.") for item in state.resources):
        raise ToolError(f"nothing is deployed to {deployment.target.name}, so nothing can have drifted; make deploy")
    with progress.step("what was added by hand") as step:
        try:
            added = list(additions(deployment.client, state))
        except (BotoCoreError, ClientError) as error:
            raise ToolError(f"{deployment.target.name} did not say what was added: {error}") from error
        step.result(f"{len(added)} additions")
    evaluation = Evaluation(content, Known.of(content, state))
    losses = planning.losses(deployment, plan)
    changed = [
        change.refused() if change.address in losses and change.repair is not Repair.LEAVES else change
        for change in manual_changes(plan, content)
    ]
    changes = [evaluation.evaluate(change) for change in (*changed, *added)]
    waiting = [evaluation.evaluate(change) for change in not_deployed(plan, content)]
    # A deployed value that violates a rule cannot be of a deploy: one that was interrupted may have noted it as found.
    changes += [item for item in waiting if item.rules]
    return Drift(
        target=deployment.target.name,
        resources=sum(not item.address.startswith("data.") for item in state.resources),
        changes=tuple(changes),
        not_deployed=tuple(dict.fromkeys(item.change.address for item in waiting if not item.rules)),
    )
