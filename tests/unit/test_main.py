"""The gated entry as a user runs it: what it prints, and what its exit code says."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from lib.environments import ROOT

pytestmark = pytest.mark.slow

# Breaks the real stack in one way, as an engineer in a hurry would, and goes on as main.py does.
BREAK = """
import sys
sys.path.insert(0, {root!r})
import main, lib.tap_stack
class Broken(lib.tap_stack.TapStack):
    def __init__(self, *given, **named):
        super().__init__(*given, **named)
        table = self.node.find_child("ledger").node.find_child("transactions")
        table.add_override("point_in_time_recovery", {{"enabled": False}})
lib.tap_stack.TapStack = Broken
folder = main.Path("reports")
sys.exit(main.run(folder))
"""

# A copy of this repository is handed its environments by links. They are not the copy's to make: a setup from there
# would clear what the links lead to.
WITHOUT_SETUP = """
import sys
sys.path.insert(0, {root!r})
from lib import environments
environments.enter = lambda *_: None
sys.argv[1:] = {arguments!r}
from {module} import main
sys.exit(main())
"""


def run(folder: Path, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Under a user's environment: none of ours, and these."""
    environment = {"HOME": str(Path.home()), "PATH": os.environ["PATH"], **variables}
    return subprocess.run(
        [sys.executable, *(command or (str(ROOT / "main.py"), "--reports", str(folder / "reports")))],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


def stacks(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "cdktf.out" / "stacks").iterdir())


def test_a_clean_stack_is_written_and_ends_with_0(tmp_path: Path) -> None:
    done = run(tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("gate: clean; 1 stacks, ")
    assert stacks(tmp_path) == ["TapStackdev"]


def verdict(folder: Path) -> Any:
    return json.loads((folder / "reports" / "verdict.json").read_text())


def test_a_verdict_tells_what_passed_from_what_was_put_in_its_place(tmp_path: Path) -> None:
    """`--verify` on the folder that main.py wrote, before and after somebody was there."""
    run(tmp_path)
    zip_file = next((tmp_path / "cdktf.out").rglob("lambda.zip"))
    names = [subject["name"] for subject in verdict(tmp_path)["subject"]]
    assert names == [
        zip_file.relative_to(tmp_path / "cdktf.out").as_posix(),
        "stacks/TapStackdev/cdk.tf.json",
    ]
    arguments = ("-m", "lib.gate", "--verify", "reports/verdict.json", "cdktf.out")
    assert run(tmp_path, *arguments, PYTHONPATH=str(ROOT)).returncode == 0
    zip_file.write_bytes(b"another function")
    done = run(tmp_path, *arguments, PYTHONPATH=str(ROOT))
    assert done.returncode == 1
    assert "lambda.zip: does not have the source_code_hash that aws_lambda_function." in done.stdout


def test_another_environment_has_none_of_the_defaults_and_nothing_of_the_one_before(tmp_path: Path) -> None:
    run(tmp_path)
    done = run(
        tmp_path,
        ENVIRONMENT_SUFFIX="qa7",
        AWS_REGION="eu-west-1",
        TERRAFORM_STATE_BUCKET="b",
        TERRAFORM_STATE_BUCKET_REGION="eu-north-1",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert stacks(tmp_path) == ["TapStackqa7"]
    written = [path for path in (tmp_path / "cdktf.out").rglob("*") if path.is_file()]
    assert [path for path in written if b"us-east-1" in path.read_bytes()] == []


@pytest.mark.parametrize("variables", [{}, {"CDKTF_CONTINUE_SYNTH_ON_ERROR_ANNOTATIONS": ""}])
def test_a_stack_that_breaks_a_rule_does_not_come_out(tmp_path: Path, variables: dict[str, str]) -> None:
    done = run(tmp_path, "-c", BREAK.format(root=str(ROOT)), **variables)
    assert done.returncode == 1
    line, summary = done.stdout.splitlines()
    assert line.startswith("TAP-REC-1 HIGH [TapStackdev/ledger/transactions] point_in_time_recovery.enabled is false")
    assert "Fix: " in line
    assert re.search(r" \(made at lib/constructs/ledger\.py:\d+\)$", line)
    assert summary.startswith("aspects: 1 findings; 1 stacks, ")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"ENVIRONMENT_SUFFIX": "Dev_1"}, "ENVIRONMENT_SUFFIX is 'Dev_1'"),
        ({"AWS_REGION": "mars"}, "AWS_REGION is 'mars'"),
        ({"CDKTF_OUTDIR": "/proc/nowhere/out"}, "cannot create the output folder"),
    ],
)
def test_wrong_input_is_one_line_and_ends_with_2(tmp_path: Path, variables: dict[str, str], said: str) -> None:
    done = run(tmp_path, **variables)
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"error: {said}")


def test_a_verdict_of_the_aspects_is_reported_like_the_gates(tmp_path: Path) -> None:
    """There is no JSON to point into: the place is the line of Python."""
    run(tmp_path, "-c", BREAK.format(root=str(ROOT)))
    folder = tmp_path / "reports"
    assert sorted(path.name for path in folder.iterdir()) == [
        "report.html",
        "report.json",
        "report.md",
        "report.sarif",
        "report.xml",
        "verdict.json",
    ]
    stopped = verdict(tmp_path)
    assert (stopped["subject"], stopped["predicate"]["verificationResult"]) == ([], "FAILED")
    written = json.loads((folder / "report.json").read_text())
    assert (written["passed"], written["account"]["judge"], written["account"]["stacks"]) == (False, "aspects", 1)
    (finding,) = written["findings"]
    assert (finding["rule_id"], finding["severity"]) == ("TAP-REC-1", "HIGH")
    assert made_here(finding["made_at"], "DynamodbTable(")
    (result,) = json.loads((folder / "report.sarif").read_text())["runs"][0]["results"]
    place = result["locations"][0]["physicalLocation"]
    assert f"{place['artifactLocation']['uri']}:{place['region']['startLine']}" == finding["made_at"]


def made_here(place: str, call: str) -> bool:
    """Whether that line of this project makes such a construct."""
    file, _, line = place.partition(":")
    return call in (ROOT / file).read_text().splitlines()[int(line) - 1]


def test_the_line_that_made_a_construct_stands_beside_the_stack(tmp_path: Path) -> None:
    run(tmp_path)
    noted = json.loads((tmp_path / "cdktf.out" / "stacks" / "TapStackdev" / "origins.json").read_text())
    document = json.loads((tmp_path / "cdktf.out" / "stacks" / "TapStackdev" / "cdk.tf.json").read_text())
    paths = {
        body["//"]["metadata"]["path"]
        for kind in ("resource", "data")
        for named in document[kind].values()
        for body in named.values()
    }
    assert paths <= noted.keys()
    assert made_here(noted["TapStackdev/ledger/transactions"], "DynamodbTable(")
    assert made_here(noted["TapStackdev/processor/function"], "LambdaFunction(")


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This repository, to change its waivers; with its environments, as they stand, and a stack in `good/`."""
    root = tmp_path_factory.mktemp("copy")
    for name in ("main.py", ".checkov.yaml"):
        shutil.copy(ROOT / name, root)
    for name in ("lib", "policies", "requirements", "docs"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in (".venv", ".venv-checkov", ".lambda-dependencies"):
        (root / name).symlink_to(ROOT / name)
    assert run_copy(root, "main", CDKTF_OUTDIR="good").returncode == 0
    return root


def run_copy(root: Path, module: str, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    code = WITHOUT_SETUP.format(root=str(root), module=module, arguments=list(arguments))
    return run(root, "-c", code, **variables)


def day(distance: int) -> str:
    return (datetime.now(UTC).date() + timedelta(days=distance)).isoformat()


def waive(root: Path, *entries: dict[str, str]) -> None:
    """Each entry is this one, but for what it says."""
    text = ""
    for changes in entries:
        entry = {
            "rule": "TAP-REC-1",
            "path": "ledger/transactions",
            "reason": "the vendor restores it",
            "owner": "payments-platform",
            "expires": day(90),
            **changes,
        }
        text += "- " + "\n  ".join(f"{key}: {value}" for key, value in entry.items()) + "\n"
    (root / "policies" / "waivers.yaml").write_text(text)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"expires": day(-1)}, f"expired on {day(-1)}; repair the construct, or renew the waiver"),
        ({}, "is unused, because TAP-REC-1 has no finding there"),
        ({"rule": "TAP-ENC-1"}, "is not allowed: TAP-ENC-1 is about encryption"),
    ],
)
def test_a_faulty_waiver_ends_with_1_and_says_which(copied: Path, changes: dict[str, str], said: str) -> None:
    """Both by main.py and by the gate alone."""
    waive(copied, changes)
    entry = {"rule": "TAP-REC-1", "path": "ledger/transactions", **changes}
    for command in (("lib.gate.__main__", "good"), ("main",)):
        done = run_copy(copied, *command)
        assert (done.returncode, done.stderr) == (1, "")
        sentence, _ = done.stdout.splitlines()
        assert sentence.startswith(f"policies/waivers.yaml:1 ({entry['rule']} at {entry['path']}) {said}")
        written: Any = json.loads((copied / "reports" / "report.json").read_text())
        assert (written["passed"], written["complaints"]) == (False, [sentence])


def test_a_waiver_lets_both_judges_pass(copied: Path) -> None:
    """And in its last days, each run says so on standard error."""
    waive(copied, {"expires": day(10)}, {"rule": "CKV_AWS_28"})
    done = run(copied, "-c", BREAK.format(root=str(copied)))
    assert done.returncode == 0, done.stdout
    waived, _, summary = done.stdout.splitlines()
    assert waived.startswith("waived: TAP-REC-1 HIGH [TapStackdev/ledger/transactions] ")
    assert f"by payments-platform until {day(10)}: the vendor restores it" in waived
    assert summary.startswith("gate: clean; ")
    assert "2 waived" in summary
    (warning,) = done.stderr.splitlines()
    assert warning.startswith("warning: policies/waivers.yaml:1 (TAP-REC-1 at ledger/transactions) ends on ")


def test_waivers_that_cannot_be_read_end_with_2(copied: Path) -> None:
    waive(copied, {"expires": "soon"})
    done = run_copy(copied, "main")
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert "waivers.yaml: entry 1 (line 1): expires is 'soon'" in line


def test_reports_that_cannot_be_written_end_with_2(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = run(tmp_path, str(ROOT / "main.py"), "--reports", str(tmp_path / "file" / "reports"))
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith("error: ")


def test_a_broken_run_leaves_no_earlier_verdict(tmp_path: Path) -> None:
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "verdict.json").write_text("{}")
    assert run(tmp_path, AWS_REGION="mars").returncode == 2
    assert list((tmp_path / "reports").iterdir()) == []


def test_the_cdktf_cli_goes_through_the_same_entry() -> None:
    assert json.loads((ROOT / "cdktf.json").read_text())["app"] == "python3 main.py"


def test_the_first_judge_alone_keeps_nothing(tmp_path: Path) -> None:
    done = run(tmp_path, str(ROOT / "main.py"), "--aspects-only")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("aspects: 0 findings; 1 stacks, ")
    assert list(tmp_path.iterdir()) == []


def test_the_first_judge_alone_ends_with_1_for_a_finding(tmp_path: Path) -> None:
    code = BREAK.format(root=str(ROOT)).replace("main.run(folder)", "main.run_aspects()")
    done = run(tmp_path, "-c", code)
    assert done.returncode == 1
    finding, summary = done.stdout.splitlines()
    assert finding.startswith("TAP-REC-1 HIGH [TapStackdev/ledger/transactions] ")
    assert summary.startswith("aspects: 1 findings; ")
    assert list(tmp_path.iterdir()) == []
