"""`make demo`: all steps on the emulator, from synthesis to a destroy that leaves nothing."""

from __future__ import annotations

import shlex
from collections.abc import Mapping

from rich.markup import escape

from lib import environments
from lib.console.progress import Progress
from lib.demo.showcase import show_alarms, take_payments
from lib.errors import ToolError
from lib.plans import planning
from lib.removal import teardown
from lib.removal.show import show_leftovers
from lib.settings import Settings
from lib.targets import local
from lib.targets.deployment import Deployment
from lib.targets.emulator import Emulator, check_free
from lib.targets.kept import DemoFolder, KeptDemo
from lib.targets.override import DUMMY
from lib.targets.synth import judged_stack
from lib.terraform import terraform
from lib.terraform.stack_folder import StackFolder


def demo(
    environ: Mapping[str, str],
    progress: Progress,
    home: DemoFolder | None = None,
    *,
    keep: bool = False,
    port: int | None = None,
) -> int:
    """Run the demo: synth, judges, emulator, apply, second plan, payments, records, destroy, search for leftovers.

    `keep`: keep the stack running. `port`: the emulator's port; None chooses a free one. Returns 0. Raises RefusedError
    if a judge has a finding, and ToolError; both stop the emulator.
    """
    home = home or DemoFolder()
    settings = Settings.from_environment(environ)
    with home.exclusively(), home.opened() as lock:
        # First check what the demo needs, before steps that take time.
        command = terraform.find(progress)
        environments.ensure("emulator")
        if port is not None:
            check_free(port)
        progress.show("[bold]Synthesis and both judges[/bold]")
        stack = judged_stack(environ, home.folder / "cdktf.out")
        progress.show("[bold]Deploy the checked stack[/bold]")
        with progress.step("emulator") as step:
            emulator = Emulator.start(home.folder, stack.region, port, lock)
            step.result(emulator.address.url)
        with emulator:
            deployment = local.prepare(stack, emulator.address, home.folder, progress, command, emulator)
            planning.apply(deployment)
            second_plan(deployment, progress)
            take_payments(deployment, progress)
            show_alarms(deployment, progress)
            if keep:
                outputs = deployment.outputs
                home.save(KeptDemo(emulator.keep(), emulator.address.port, stack.region, settings.stack_name, outputs))
                progress.show(
                    f"The stack keeps running: {outputs['api_endpoint']}",
                    'make outputs prints its endpoints; eval "$(make env)" points the aws CLI and boto3 at the '
                    "emulator; make demo-down destroys the stack",
                )
                return 0
            take_down(deployment, progress)
    progress.show("emulator stopped, its files removed")
    return 0


def demo_down(progress: Progress, home: DemoFolder | None = None) -> int:
    """Destroy the kept demo, show its leftovers, and stop its emulator, even if the destroy fails. Returns 0."""
    home = home or DemoFolder()
    with home.exclusively():
        kept = home.require()
        try:
            stack = StackFolder.read(home.stack)
            take_down(local.reopen(stack, kept.address, progress, terraform.find(progress)), progress)
        finally:
            home.end(kept)
    progress.show("emulator stopped, its files removed")
    return 0


def second_plan(deployment: Deployment, progress: Progress) -> None:
    """Plan again. Raises ToolError if Terraform would change what it has just created."""
    plan = deployment.plan()
    if not plan.no_changes:
        progress.show(escape(plan.text))
        raise ToolError("a second plan right after the apply shows changes (above); it must say No changes")


def take_down(deployment: Deployment, progress: Progress) -> None:
    """Destroy the stack, then search every service for leftovers. Raises ToolError if there are any."""
    progress.show("[bold]Destroy[/bold]")
    teardown.destroy(deployment)
    left = show_leftovers(deployment, progress)
    if left.found:
        raise ToolError(f"the destroy left {len(left.found)} resources (listed above), the first: {left.found[0]}")


def kept_environment(home: DemoFolder | None = None) -> list[str]:
    """Return lines for a shell's `eval` that point the aws CLI and boto3 at the kept emulator. Raises ToolError."""
    kept = (home or DemoFolder()).require()
    wanted = {
        "AWS_ENDPOINT_URL": kept.address.url,
        "AWS_ACCESS_KEY_ID": DUMMY["access_key"],
        "AWS_SECRET_ACCESS_KEY": DUMMY["secret_key"],
        "AWS_REGION": kept.region,
        "AWS_DEFAULT_REGION": kept.region,
    }
    # Variables that would override the exported ones, or require certificates.
    unwanted = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN", "AWS_CA_BUNDLE")
    return [*(f"export {name}={shlex.quote(value)}" for name, value in wanted.items()), f"unset {' '.join(unwanted)}"]
