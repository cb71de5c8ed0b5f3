"""Removing everything that the state knows: stop the writers, empty the buckets, then Terraform."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lib.removal import buckets, writers
from lib.terraform.terraform import PlanResult

if TYPE_CHECKING:
    from lib.targets.deployment import Deployment


def destroy(deployment: Deployment) -> None:
    """Everything that the state knows, its data included, asking nothing."""
    _ = deployment.outputs  # still readable afterwards
    tear_down(deployment, deployment.terraform.plan(destroy=True))


def tear_down(deployment: Deployment, plan: PlanResult) -> None:
    """`plan` is a plan to destroy. Interrupted at any point and called again, it goes on with what is left."""
    progress, state = deployment.terraform.progress, deployment.terraform.state()
    with progress.step("stop the writers") as step:
        step.result(writers.stop(deployment.client, state))
    names = state.values("bucket", "aws_s3_bucket")
    with progress.step("empty the buckets") as step:
        step.result(f"{buckets.empty(deployment.client, names, step.update):,} versions in {len(names)} buckets")
    deployment.terraform.apply(plan)
