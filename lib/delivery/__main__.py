"""`python -m lib.delivery {comment|publish-comment|publish-drift|weekly|publish-weekly|attestation}`, for workflows.

Exit codes: 0; 2 wrong input or no answer, one line on standard error.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from lib import environments
from lib.environments import ROOT
from lib.errors import ToolError

REPORTS = ROOT / "reports"
COMMENT, DRIFT, WEEKLY = REPORTS / "comment.md", REPORTS / "drift.json", REPORTS / "weekly.md"
COMMANDS = {
    "comment": "write reports/comment.md about the stack in DIR (default cdktf.out); BASE=FILE|REF, CHANGES=FILE",
    "publish-comment": "put reports/comment.md on the pull request PULL_REQUEST=NUMBER",
    "publish-drift": "open, update or close the issue about drift, by reports/drift.json",
    "weekly": "write reports/weekly.md about waivers and newer releases",
    "publish-weekly": "put reports/weekly.md into the weekly issue",
    "attestation": "write the parts of a saved plan's verdict that GitHub's action attests; PLAN=FOLDER",
}


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m lib.delivery", description=(__doc__ or "").splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    for name, text in COMMANDS.items():
        commands.add_parser(name, help=text)
    command = parser.parse_args(arguments).command
    try:
        environments.enter("-m", "lib.delivery")
        print(_functions()[command](os.environ))
    except ToolError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


def _functions() -> dict[str, Callable[[Mapping[str, str]], str]]:
    return {
        "comment": comment,
        "publish-comment": publish_comment,
        "publish-drift": publish_drift,
        "weekly": weekly,
        "publish-weekly": publish_weekly,
        "attestation": attestation,
    }


def comment(environ: Mapping[str, str]) -> str:
    from lib.delivery import pull_request

    directory = Path(environ.get("DIR") or ROOT / "cdktf.out").absolute()
    changes = Path(environ["CHANGES"]) if environ.get("CHANGES") else None
    text = pull_request.write(directory, environ.get("BASE", ""), changes, run_url(environ))
    COMMENT.parent.mkdir(exist_ok=True)
    COMMENT.write_text(f"{text}\n")
    return str(COMMENT.relative_to(ROOT))


def publish_comment(environ: Mapping[str, str]) -> str:
    from lib.delivery.github import Repository
    from lib.review.comment import MARKER

    number = environ.get("PULL_REQUEST", "")
    if not (number.isascii() and number.isdigit()):
        raise ToolError(f"PULL_REQUEST is {number!r}, which is no number; set it to that of the pull request")
    return Repository.from_environment(environ).put_comment(int(number), MARKER, _read(COMMENT, "make pr-comment"))


def publish_drift(environ: Mapping[str, str]) -> str:
    from lib.delivery import drift_issue
    from lib.delivery.github import Repository

    return drift_issue.publish(Repository.from_environment(environ), DRIFT, run_url(environ))


def weekly(_: Mapping[str, str]) -> str:
    from lib.delivery import weekly as report

    report.write(WEEKLY)
    return str(WEEKLY.relative_to(ROOT))


def publish_weekly(environ: Mapping[str, str]) -> str:
    from lib.delivery import weekly as report
    from lib.delivery.github import Repository

    text = _read(WEEKLY, "make weekly-report")
    return Repository.from_environment(environ).put_issue(report.MARKER, report.TITLE, text)


def attestation(environ: Mapping[str, str]) -> str:
    from lib.delivery import attestation as parts

    if not environ.get("PLAN"):
        raise ToolError("PLAN is not set; name a folder that make plan has saved, like PLAN=plan")
    parts.write(Path(environ["PLAN"]), REPORTS)
    return f"reports/{parts.PREDICATE} reports/{parts.SUBJECTS}"


def run_url(environ: Mapping[str, str]) -> str:
    """Of the workflow run, by the variables that GitHub sets; empty elsewhere."""
    server, repository, run = (
        environ.get(name, "") for name in ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID")
    )
    return f"{server}/{repository}/actions/runs/{run}" if server and repository and run else ""


def _read(file: Path, command: str) -> str:
    try:
        return file.read_text()
    except OSError as error:
        raise ToolError(f"{file}: cannot be read ({error.strerror}); run {command} first") from error


if __name__ == "__main__":
    sys.exit(main())
