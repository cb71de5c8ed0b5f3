"""The local target: a judged stack deployed to an emulator by the real Terraform, its state in the emulator's S3."""

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
    """State bucket, working copy, override, terraform init. `command`: what starts Terraform."""
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
    """A working copy that was prepared, as a deployment. `emulator`: where this process started it."""
    guard = Guard(emulator.watch, emulator.forget, emulator.broken) if emulator is not None else Guard()
    runner = Terraform(command, copy.directory, local_environment(os.environ, address), progress, guard)
    target = Target(
        name=f"emulator on {address.url}",
        connect=address.client,
        credentials=Credentials(DUMMY["access_key"], DUMMY["secret_key"]),
        # The emulator holds nothing but this stack and its state: whatever else is there was left over.
        ownership=Ownership(kept=(str(copy.backend["bucket"]),)),
        reach=lambda endpoint: reach(endpoint, address),
        through_proxies=False,
        authority=str(address.authority) if address.authority else None,
    )
    return Deployment(copy, runner, target)


@contextmanager
def one_init_at_a_time() -> Iterator[None]:
    """Terraform's plugin cache does not bear two: developer.hashicorp.com/terraform/cli/config/config-file"""
    PLUGIN_CACHE.mkdir(parents=True, exist_ok=True)
    with (PLUGIN_CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def local_environment(environ: Mapping[str, str], address: Address) -> dict[str, str]:
    """Terraform's environment with nothing of the caller's AWS settings, so that nothing can reach AWS by them."""
    kept = {
        name: value
        for name, value in terraform.environment(environ).items()
        if not name.startswith(("AWS_", "TF_VAR_")) and name != "SSLKEYLOGFILE"
    }
    return {
        **kept,
        # The provider is fetched once for all working copies; its version is pinned in the JSON, not in a lock file.
        "TF_PLUGIN_CACHE_DIR": kept.get("TF_PLUGIN_CACHE_DIR") or str(PLUGIN_CACHE),
        "TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE": "1",
        "AWS_ENDPOINT_URL": address.url,  # a service that the override does not name calls the emulator too
        **({"AWS_CA_BUNDLE": str(address.authority)} if address.authority else {}),
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "NO_PROXY": ",".join(part for part in (environ.get("NO_PROXY", ""), "127.0.0.1") if part),
    }


def reach(api_endpoint: str, address: Address) -> str:
    """The emulator's API by path: `http://{api id}.execute-api…` is a host name that no resolver knows."""
    api_id = (urlsplit(api_endpoint).hostname or "").split(".")[0]
    return f"{address.url}/_aws/execute-api/{api_id}/$default"
