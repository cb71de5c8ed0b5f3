"""Removes everything in the state: stops the writers, empties the buckets, then runs Terraform."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lib.removal import buckets, writers
from lib.terraform.terraform import PlanResult

if TYPE_CHECKING:
    from lib.targets.deployment import Deployment


def destroy(deployment: Deployment) -> None:
    """Remove everything in the state with all data, without asking the user."""
    _ = deployment.outputs  # read them now, because the destroy removes them from the state
    tear_down(deployment, deployment.terraform.plan(destroy=True))


def tear_down(deployment: Deployment, plan: PlanResult) -> None:
    """Stop the writers, empty the buckets, and apply a destroy plan. After an interruption, a second call continues."""
    progress, state = deployment.terraform.progress, deployment.terraform.state()
    with progress.step("stop the writers") as step:
        step.result(writers.stop(deployment.client, state))
    names = state.values("bucket", "aws_s3_bucket")
    with progress.step("empty the buckets") as step:
        step.result(f"{buckets.empty(deployment.client, names, step.update):,} versions in {len(names)} buckets")
    deployment.terraform.apply(plan)
