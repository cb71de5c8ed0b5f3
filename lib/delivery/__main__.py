"""`python -m lib.delivery COMMAND`: the commands that the GitHub workflows run. `--help` lists them.

Exit codes: 0 done; 2 wrong input or no answer from GitHub, with one line on standard error; 130 Ctrl-C.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from lib.console import command_line
from lib.console.command_line import Command
from lib.environments import ROOT
from lib.errors import ToolError

REPORTS = ROOT / "reports"
COMMENT, DRIFT, WEEKLY = REPORTS / "comment.md", REPORTS / "drift.json", REPORTS / "weekly.md"


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
        raise ToolError(f"PULL_REQUEST is {number!r}, which is not a number; set it to the number of the pull request")
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
        raise ToolError("PLAN is not set; set it to a folder that make plan saved, like PLAN=plan")
    parts.write(Path(environ["PLAN"]), REPORTS)
    return f"reports/{parts.PREDICATE} reports/{parts.SUBJECTS}"


def run_url(environ: Mapping[str, str]) -> str:
    """Return the URL of the workflow run from the variables that GitHub sets; empty outside GitHub."""
    server, repository, run = (
        environ.get(name, "") for name in ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID")
    )
    return f"{server}/{repository}/actions/runs/{run}" if server and repository and run else ""


def _read(file: Path, command: str) -> str:
    try:
        return file.read_text()
    except OSError as error:
        raise ToolError(f"{file}: cannot be read ({error.strerror}); run {command} first") from error


COMMANDS = {
    "comment": Command(
        "write reports/comment.md about the stack in DIR (default cdktf.out); BASE=FILE|REF names the stack to compare "
        "it with, CHANGES=FILE the changes that make plan wrote",
        comment,
    ),
    "publish-comment": Command(
        "post or update reports/comment.md on the pull request PULL_REQUEST=NUMBER", publish_comment
    ),
    "publish-drift": Command("open, update or close the drift issue according to reports/drift.json", publish_drift),
    "weekly": Command("write reports/weekly.md: waivers that expire soon and newer releases of dependencies", weekly),
    "publish-weekly": Command("open or update the weekly issue with reports/weekly.md", publish_weekly),
    "attestation": Command(
        "write the inputs of GitHub's attestation action for the saved plan in PLAN=FOLDER", attestation
    ),
}


def main(arguments: list[str] | None = None) -> int:
    return command_line.main("lib.delivery", (__doc__ or "").splitlines()[0], COMMANDS, arguments)


if __name__ == "__main__":
    sys.exit(main())
