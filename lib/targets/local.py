"""The local target: the checked stack, deployed to an emulator by real Terraform, with its state in the emulator."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from botocore.credentials import Credentials

from lib.console.progress import Progress
from lib.environments import ROOT
from lib.targets import state_bucket
from lib.targets.deployment import Deployment, Target
from lib.targets.emulator import Address, Emulator
from lib.targets.override import DUMMY, write_override
from lib.targets.ownership import Ownership
from lib.terraform import terraform
from lib.terraform.process import Guard
from lib.terraform.stack_folder import StackFolder
from lib.terraform.terraform import Terraform

STACK_FOLDER = "stack"
PLUGIN_CACHE = ROOT / ".local" / "terraform-plugins"


def prepare(
    stack: StackFolder,
    address: Address,
    folder: Path,
    progress: Progress,
    command: Sequence[str],
    emulator: Emulator | None = None,
) -> Deployment:
    """Create the state bucket, the working copy and the override file, and run terraform init.

    `command` is the command line that starts Terraform.
    """
    backend = stack.backend
    state_bucket.ensure(address.client("s3", backend["region"]), backend["bucket"], backend["region"])
    copy = stack.copy_to(folder / STACK_FOLDER)
    write_override(copy, address.url)
    deployment = reopen(copy, address, progress, command, emulator)
    with one_init_at_a_time():
        deployment.terraform.init()
    return deployment


def reopen(
    copy: StackFolder, address: Address, progress: Progress, command: Sequence[str], emulator: Emulator | None = None
) -> Deployment:
    """Open a prepared working copy. `emulator`: the emulator, if this process started it."""
    guard = Guard(emulator.watch, emulator.forget, emulator.broken) if emulator is not None else Guard()
    runner = Terraform(command, copy.directory, local_environment(os.environ, address), progress, guard)
    target = Target(
        name=f"emulator on {address.url}",
        connect=address.client,
        credentials=Credentials(DUMMY["access_key"], DUMMY["secret_key"]),
        # The emulator has only this stack and its state, so every other resource counts as a leftover.
        ownership=Ownership(kept=(str(copy.backend["bucket"]),)),
        reach=lambda endpoint: reach(endpoint, address),
        through_proxies=False,
        authority=str(address.authority) if address.authority else None,
    )
    return Deployment(copy, runner, target)


@contextmanager
def one_init_at_a_time() -> Iterator[None]:
    """Hold a lock while `terraform init` runs: its plugin cache does not support two processes.

    developer.hashicorp.com/terraform/cli/config/config-file
    """
    PLUGIN_CACHE.mkdir(parents=True, exist_ok=True)
    with (PLUGIN_CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def local_environment(environ: Mapping[str, str], address: Address) -> dict[str, str]:
    """Return Terraform's environment without the caller's AWS settings, so that no call can reach AWS."""
    kept = {
        name: value
        for name, value in terraform.environment(environ).items()
        if not name.startswith(("AWS_", "TF_VAR_")) and name != "SSLKEYLOGFILE"
    }
    return {
        **kept,
        # Terraform downloads the provider once for all working copies. The JSON pins its version, without a lock file.
        "TF_PLUGIN_CACHE_DIR": kept.get("TF_PLUGIN_CACHE_DIR") or str(PLUGIN_CACHE),
        "TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE": "1",
        "AWS_ENDPOINT_URL": address.url,  # also for services that the override does not name
        **({"AWS_CA_BUNDLE": str(address.authority)} if address.authority else {}),
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "NO_PROXY": ",".join(part for part in (environ.get("NO_PROXY", ""), "127.0.0.1") if part),
    }


def reach(api_endpoint: str, address: Address) -> str:
    """Return the emulator's API URL by path, because `http://{api id}.execute-api…` cannot be resolved."""
    api_id = (urlsplit(api_endpoint).hostname or "").split(".")[0]
    return f"{address.url}/_aws/execute-api/{api_id}/$default"
