"""The commands at their doors: settings, refusals, exit codes."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from lib import environments
from lib.console.confirmation import confirm
from lib.demo import demo
from lib.deploy import __main__ as command
from lib.deploy import aws_commands
from lib.deploy.options import DeployOptions
from lib.environments import ROOT
from lib.errors import SettingsError, ToolError
from lib.settings import Settings
from lib.targets import aws, local, synth
from lib.targets.emulator import Address
from lib.targets.exclusive import exclusively
from lib.targets.kept import DemoFolder
from lib.targets.place import Place
from lib.terraform.state import State
from tests.silent_progress import SilentProgress


def test_options_have_their_defaults() -> None:
    assert DeployOptions.from_environment({}) == DeployOptions(keep=False, auto_approve=False, port=None)
    assert DeployOptions.from_environment({"KEEP": "1", "AUTO_APPROVE": "1", "EMULATOR_PORT": "4566"}) == DeployOptions(
        keep=True, auto_approve=True, port=4566
    )
    deploy = DeployOptions.from_environment(
        {"PLAN": "plan", "DESTROY_DATA": "aws_kms_key.a, aws_s3_bucket.b", "LOCK": "ab-12"}
    )
    assert deploy.plan == Path("plan").absolute()
    assert deploy.destroy_data == {"aws_kms_key.a", "aws_s3_bucket.b"}
    assert deploy.lock == "ab-12"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("KEEP", "maybe"),
        ("AUTO_APPROVE", "2"),
        ("EMULATOR_PORT", "80"),
        ("EMULATOR_PORT", "x"),
        ("EMULATOR_PORT", "٤٥٦٦"),
        ("DESTROY_DATA", "all"),
        ("DESTROY_DATA", "aws_s3_bucket.*"),
        ("DESTROY_DATA", "aws_s3_bucket.a,,aws_s3_bucket.b"),
        ("LOCK", "ab 12"),
    ],
)
def test_a_wrong_option_is_named(variable: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"^{variable} is "):
        DeployOptions.from_environment({variable: value})


def test_a_deploy_without_a_state_bucket_names_the_variable(progress: SilentProgress, tmp_path: Path) -> None:
    for action in ("plan", "deploy", "destroy", "state-bucket", "unlock"):
        with pytest.raises(ToolError, match=r"^TERRAFORM_STATE_BUCKET "):
            aws_commands.run(action, {}, DeployOptions(), progress, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_shell_that_points_at_the_demo_is_not_taken_for_aws(progress: SilentProgress, tmp_path: Path) -> None:
    environ = {"TERRAFORM_STATE_BUCKET": "my-state", "AWS_ENDPOINT_URL": "http://127.0.0.1:4566"}
    with pytest.raises(ToolError, match=r"^AWS_ENDPOINT_URL is http://127"):
        aws_commands.run("deploy", environ, DeployOptions(), progress, tmp_path)


def test_two_commands_on_one_stack_do_not_meet(progress: SilentProgress, tmp_path: Path) -> None:
    environ = {"TERRAFORM_STATE_BUCKET": "my-state"}
    lock = Place.of(Settings.from_environment(environ), tmp_path).lock
    with (
        exclusively(lock, "here"),
        pytest.raises(ToolError, match=r"another command uses TapStackdev here \(process \d+\)"),
    ):
        aws_commands.run("destroy", environ, DeployOptions(), progress, tmp_path)


def test_a_lock_is_removed_by_its_id_only(progress: SilentProgress, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"^LOCK is ''"):
        aws_commands.run("unlock", {"TERRAFORM_STATE_BUCKET": "my-state"}, DeployOptions(), progress, tmp_path)


@pytest.mark.parametrize(("answer", "goes_on"), [("yes\n", True), ("y\n", False), ("no\n", False), ("\n", False)])
def test_only_yes_goes_on(monkeypatch: pytest.MonkeyPatch, answer: str, goes_on: bool) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(answer))
    assert confirm("Apply?", auto_approve=False) is goes_on


def test_nobody_to_answer_is_an_error_unless_no_question_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    with pytest.raises(ToolError, match=r"AUTO_APPROVE=1 to skip the question$"):
        confirm("Apply?", auto_approve=False)
    assert confirm("Apply?", auto_approve=True)


class Standing:
    """A deployment as `check_place` sees it: a state of one queue, and credentials of one account."""

    def __init__(self, arn: str) -> None:
        document = {"version": 4, "lineage": "l", "serial": 1, "resources": []}
        queue = {"mode": "managed", "type": "aws_sqs_queue", "name": "q", "instances": [{"attributes": {"arn": arn}}]}
        state = State.of({**document, "resources": [queue]} if arn else document)
        self.stack = SimpleNamespace(region="eu-west-1")
        self.terraform = SimpleNamespace(state=lambda: state)

    def client(self, _service: str) -> Any:
        return SimpleNamespace(get_caller_identity=lambda: {"Account": "111122223333"})


@pytest.mark.parametrize(
    ("arn", "said"),
    [
        (
            "arn:aws:sqs:eu-north-1:111122223333:q",
            r"^AWS_REGION is eu-west-1, but this environment is in eu-north-1",
        ),
        ("arn:aws:sqs:eu-west-1:444455556666:q", r"^the credentials are of account 111122223333, .* in 444455556666"),
    ],
)
def test_terraform_looks_where_the_environment_stands(arn: str, said: str) -> None:
    """Elsewhere it would find nothing, and forget everything."""
    with pytest.raises(ToolError, match=said):
        aws.check_place(Standing(arn))  # type: ignore[arg-type]
    aws.check_place(Standing("arn:aws:sqs:eu-west-1:111122223333:q"))  # type: ignore[arg-type]
    aws.check_place(Standing(""))  # type: ignore[arg-type]


def test_destroy_and_unlock_need_the_backend_and_the_provider_only(synthesize: Callable[..., Any]) -> None:
    settings = Settings(environment_suffix="qa7", state_bucket="b-77", state_bucket_region="eu-west-3")
    whole = synthesize(
        ns=settings.stack_name, environment_suffix="qa7", state_bucket="b-77", state_bucket_region="eu-west-3"
    ).json
    bare = aws.without_resources(settings)
    assert bare["terraform"]["backend"] == whole["terraform"]["backend"]
    provider = bare["terraform"]["required_providers"]["aws"]
    assert provider["version"] == whole["terraform"]["required_providers"]["aws"]["version"]
    assert provider["source"] == "hashicorp/aws"
    assert bare.keys() == {"terraform", "provider"}


def test_outputs_are_looked_for_where_the_stack_keeps_its_state(synthesize: Callable[..., Any]) -> None:
    settings = Settings(environment_suffix="qa7", state_bucket="b-77", state_bucket_region="eu-west-3")
    stack = synthesize(
        ns=settings.stack_name, environment_suffix="qa7", state_bucket="b-77", state_bucket_region="eu-west-3"
    )
    backend = aws.backend(settings)
    written = stack.json["terraform"]["backend"]["s3"]
    assert backend == {name: written[name] for name in backend}


@pytest.fixture
def root_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """A checkout whose main.py is this; the folder for its output."""

    def make(body: str) -> Path:
        (tmp_path / "main.py").write_text(body)
        monkeypatch.setattr(synth, "ROOT", tmp_path)
        return tmp_path / "out"

    return make


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("import sys; sys.exit(1)", 1),
        ("import sys; sys.exit(2)", 2),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", 137),
    ],
)
def test_what_the_judges_refuse_is_not_deployed(root_with: Callable[[str], Path], body: str, code: int) -> None:
    out = root_with(body)
    with pytest.raises(synth.RefusedError) as caught:
        synth.judged_stack(dict(os.environ), out)
    assert caught.value.exit_code == code


def test_a_refused_demo_leaves_nothing(
    root_with: Callable[[str], Path], tmp_path: Path, progress: SilentProgress, monkeypatch: pytest.MonkeyPatch
) -> None:
    root_with("import sys; sys.exit(1)")
    monkeypatch.setattr("lib.terraform.terraform.find", lambda _: ["terraform"])
    home = DemoFolder(tmp_path / "demo")
    with pytest.raises(synth.RefusedError):
        demo.demo(dict(os.environ), progress, home)
    assert not home.folder.exists()
    assert "emulator" not in progress.lines


@pytest.mark.usefixtures("bare_path")
def test_without_any_terraform_the_demo_ends_before_it_began(
    tmp_path: Path, progress: SilentProgress, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: str) -> None:
        raise ToolError("no package index")

    monkeypatch.setattr(environments, "ensure", refuse)
    home = DemoFolder(tmp_path / "demo")
    with pytest.raises(ToolError, match="no terraform is on the PATH"):
        demo.demo(dict(os.environ), progress, home)
    assert not home.folder.exists()


@pytest.mark.parametrize(
    ("error", "code", "shown"),
    [
        (ToolError("no luck; try again"), 2, "error: no luck; try again\n"),
        (KeyboardInterrupt(), 130, "interrupted; run the same command again to continue\n"),
    ],
)
def test_failures_are_one_line_and_an_exit_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: BaseException, code: int, shown: str
) -> None:
    def fail(*_: object, **__: object) -> int:
        raise error

    monkeypatch.setattr(command, "run", fail)
    assert command.main(["demo"]) == code
    assert capsys.readouterr().err == shown


def test_a_policy_finding_keeps_its_exit_code(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> int:
        raise synth.RefusedError(1, "the plan is refused")

    monkeypatch.setattr(demo, "demo", refuse)
    assert command.run("demo") == 1


def test_an_unknown_command_is_refused_in_words() -> None:
    done = subprocess.run([sys.executable, "-m", "lib.deploy", "undo"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 2
    assert "invalid choice: 'undo'" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_local_terraform_sees_nothing_that_could_reach_aws() -> None:
    caller = {"PATH": "/bin", "AWS_PROFILE": "production", "AWS_CA_BUNDLE": "/x.pem", "AWS_SESSION_TOKEN": "t"}
    made = local.local_environment(caller, Address(4566, "eu-west-1"))
    assert made["PATH"] == "/bin"
    assert made["AWS_ENDPOINT_URL"] == "http://127.0.0.1:4566"
    assert made["AWS_CONFIG_FILE"] == made["AWS_SHARED_CREDENTIALS_FILE"] == os.devnull
    assert not made.keys() & {"AWS_PROFILE", "AWS_CA_BUNDLE", "AWS_SESSION_TOKEN"}


def test_an_api_is_reached_by_path() -> None:
    reached = local.reach("http://a1b2c3.execute-api.localhost:4566", Address(5000, "eu-west-1"))
    assert reached == "http://127.0.0.1:5000/_aws/execute-api/a1b2c3/$default"
