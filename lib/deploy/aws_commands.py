"""The commands for real AWS: plan, deploy, destroy, state-bucket, unlock."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from lib.console.progress import Progress
from lib.deploy import deploy, destroy
from lib.deploy.options import DeployOptions
from lib.errors import SettingsError
from lib.targets import aws, state_bucket
from lib.targets.place import FOLDER, Place


def run(
    command: str, environ: Mapping[str, str], options: DeployOptions, progress: Progress, folder: Path = FOLDER
) -> int:
    """Run the command and return its exit code: 0, or 1 if the user answered no or the destroy left something.

    Raises RefusedError if a judge or the plan check refuses, and ToolError.
    """
    settings = aws.settings_of(environ)
    if command == "state-bucket":
        client = aws.session_for(settings.state_bucket_region).client("s3")
        new = state_bucket.ensure(client, settings.state_bucket, settings.state_bucket_region)
        progress.show(
            f"s3://{settings.state_bucket} {'was created' if new else 'exists'} in {settings.state_bucket_region}: "
            "versioned, encrypted, private, TLS only"
        )
        return 0
    place = Place.of(settings, folder)
    with place.exclusively():
        if command == "plan":
            return deploy.plan(aws.prepare(environ, progress, folder), place, options, progress)
        if command == "deploy":
            return deploy.deploy(aws.prepare(environ, progress, folder), place, options, progress)
        if command == "destroy":
            return destroy.destroy(aws.reopen(environ, progress, folder), options, progress)
        return unlock(environ, options, progress, folder)


def unlock(environ: Mapping[str, str], options: DeployOptions, progress: Progress, folder: Path) -> int:
    """Remove the state lock that a killed run left. Raises ToolError if the lock has another id than LOCK."""
    if not options.lock:
        raise SettingsError("LOCK", options.lock, "it is the id of a lock", "copy it from the error that names it")
    aws.reopen(environ, progress, folder).terraform.unlock(options.lock)
    progress.show("unlocked")
    return 0
