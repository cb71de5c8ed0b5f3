"""`make plan` and `make deploy` for the kept demo: the same steps as on AWS, to try a change free of charge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from lib.console.progress import Progress
from lib.deploy import deploy
from lib.deploy.options import DeployOptions
from lib.errors import ToolError
from lib.settings import Settings
from lib.targets import aws, local
from lib.targets.kept import DemoFolder, KeptDemo
from lib.targets.place import Place
from lib.terraform import terraform
from lib.terraform.stack_folder import StackFolder


def run(
    command: str,
    kept: KeptDemo,
    environ: Mapping[str, str],
    options: DeployOptions,
    progress: Progress,
    home: DemoFolder,
) -> int:
    """Run `plan` or `deploy` and return the exit code: 0, or 1 if the user answered no.

    Raises RefusedError if a judge or the plan check refuses, and ToolError.
    """
    place = Place.of_demo(home.folder)
    with home.exclusively():
        settings = Settings.from_environment(environ)
        check_settings(settings, kept, StackFolder.read(home.stack))
        stack = aws.checked_stack(environ, settings, place.synthesized)
        deployment = local.prepare(stack, kept.address, home.folder, progress, terraform.find(progress))
        if command == "plan":
            return deploy.plan(deployment, place, options, progress)
        code = deploy.deploy(deployment, place, options, progress)
        home.save(replace(kept, outputs=deployment.outputs))
        return code


def check_settings(settings: Settings, kept: KeptDemo, deployed: StackFolder) -> None:
    """Raise ToolError if suffix, region or state bucket differ from the demo's, because they name another stack."""
    wanted = {**aws.backend(settings), "stack": settings.stack_name, "AWS_REGION": settings.aws_region}
    standing = {name: deployed.backend[name] for name in aws.backend(settings)}
    standing |= {"stack": kept.stack_name, "AWS_REGION": kept.region}
    different = [
        f"{name} is {wanted[name]} and not {standing[name]}" for name in wanted if wanted[name] != standing[name]
    ]
    if different:
        raise ToolError(
            f"the kept demo has other settings: {', '.join(different)}; set the variables with which "
            "it was started, or run make demo-down and start it again"
        )
