"""docs/adopt.md, followed as it is written: another app, outside of this repository, under both judges."""

from __future__ import annotations

import os
import re
import subprocess
from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml

from lib.environments import ROOT

pytestmark = pytest.mark.slow

PAGE = (ROOT / "docs" / "adopt.md").read_text()
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NAME = 'name = f"acme-orders-{environment}"'
# Which judge stands first on the page.
FIRST, SECOND = 0, 1


def blocks(heading: str, language: str) -> list[str]:
    """The blocks of one language beneath a heading; "" for what stands above the first."""
    section = next(part for part in re.split(r"^## ", PAGE, flags=re.MULTILINE) if heading in part.partition("\n")[0])
    return [text for name, text in FENCE.findall(section) if name == language]


(SETUP,) = blocks("# Use the judges", "sh")
(APP,) = blocks("The first judge", "python")
(CONVENTIONS,) = blocks("The second judge", "toml")
(CONFIG,) = blocks("The second judge", "yaml")
(COMMANDS,) = blocks("Run both", "sh")
(FINDINGS,) = blocks("Run both", "")
(WAIVER,) = blocks("Run both", "yaml")
(WORKFLOW,) = blocks("In CI", "yaml")
PLANTED = APP.replace(NAME, NAME.replace("acme-", ""))


class App:
    """The app's folder. `run(FIRST)` is what the page says about the first judge."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run(self, judge: int, options: str = "") -> tuple[int, list[str]]:
        """(exit code, lines of both outputs)."""
        return self.execute(f"{COMMANDS.splitlines()[judge]} {options}")

    def execute(self, command: str) -> tuple[int, list[str]]:
        # As in a fresh shell: nothing of the tests' own environment decides.
        environment = {name: os.environ[name] for name in ("HOME", "PATH", "TMPDIR") if name in os.environ}
        done = subprocess.run(
            ["sh", "-c", command], cwd=self.folder, env=environment, capture_output=True, text=True, check=False
        )
        return done.returncode, [*done.stdout.splitlines(), *done.stderr.splitlines()]

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> App:
    """Set up by the page's commands. The submodule is a link to this checkout."""
    app = App(tmp_path_factory.mktemp("orders"))
    submodule, *commands = SETUP.splitlines()
    assert re.fullmatch(r"git submodule add https://\S+ judges", submodule)
    (app.folder / "judges").symlink_to(ROOT)
    for command in commands:
        assert app.execute(command)[0] == 0, command
    app.write("policies/_conventions.toml", CONVENTIONS)
    app.write(".checkov.yaml", CONFIG)
    return app


def waiver() -> str:
    """The entry of the page, whose day comes."""
    (written,) = yaml.safe_load(WAIVER)
    return WAIVER.replace(written["expires"], str(date.today() + timedelta(days=90)))  # noqa: DTZ011 - months away


def test_both_judges_pass_the_app(app: App) -> None:
    app.write("main.py", APP)
    assert app.run(FIRST) == (0, [])
    code, lines = app.run(SECOND)
    assert code == 0, lines
    assert lines[-1].startswith("gate: clean; 1 stacks, 3 resources, 63 of 63 policies")
    # The verdict names the app's own policies, settings and waivers.
    verified = app.run(SECOND, "--verify reports/verdict.json")
    assert verified == (0, ["verify: cdktf.out is what passed"])
    app.write(".checkov.yaml", f"{CONFIG}# changed\n")
    code, (line,) = app.run(SECOND, "--verify reports/verdict.json")
    app.write(".checkov.yaml", CONFIG)
    assert (code, line.partition(":")[2].split()[0]) == (1, ".checkov.yaml")


def test_each_judge_finds_a_name_against_the_apps_pattern_and_honours_the_apps_waiver(app: App) -> None:
    first, second = (re.split(" Fix: …| …$", line)[0] for line in FINDINGS.splitlines())
    app.write("main.py", PLANTED)
    code, lines = app.run(FIRST)
    assert (code, [line.partition(" Fix: ")[0] for line in lines]) == (1, [first])

    app.write("waivers.yaml", waiver())
    assert app.run(FIRST) == (0, [])
    code, lines = app.run(SECOND)
    assert (code, "1 waived" in lines[-1]) == (0, True), lines

    app.write("waivers.yaml", "")
    code, lines = app.run(SECOND)
    assert code == 1
    assert [line.startswith(second) for line in lines] == [True, False], lines


def test_a_wrong_parameter_is_named_and_ends_with_2(app: App) -> None:
    app.write("main.py", APP.replace("acme-{purpose}-{suffix}", "acme-{suffix}"))
    code, (line,) = app.run(FIRST)
    assert code == 2
    assert line.startswith("error: conventions: name_pattern is 'acme-{suffix}'")

    app.write("main.py", APP)
    app.run(FIRST)
    app.write("policies/_conventions.toml", CONVENTIONS.replace("acme-{purpose}-{suffix}", "acme-{suffix}"))
    code, (line,) = app.run(SECOND)
    app.write("policies/_conventions.toml", CONVENTIONS)
    assert code == 2
    assert "_conventions.toml: name is 'acme-{suffix}'" in line
    assert app.run(SECOND, "--waivers nowhere.yaml") == (
        2,
        ["error: nowhere.yaml: this file of waivers does not exist; correct --waivers, or leave it out"],
    )


def test_ci_runs_the_same_commands_and_checks_by_the_base_branch() -> None:
    jobs = yaml.safe_load(WORKFLOW)["jobs"]
    synthesis, check = COMMANDS.splitlines()
    setup = SETUP.splitlines()[1]
    assert [step["run"] for step in jobs["synthesize"]["steps"] if "run" in step] == [setup, synthesis]
    assert [step["run"] for step in jobs["check"]["steps"] if "run" in step] == [setup, check]
    assert jobs["check"]["steps"][0]["with"]["ref"] == "${{ github.event.pull_request.base.sha }}"
    for uses in re.findall(r"uses: (.*)", WORKFLOW):
        assert re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40} # v[0-9.]+", uses)
