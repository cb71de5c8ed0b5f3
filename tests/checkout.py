"""A copy of the repository that a test may change and run."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from lib.environments import ENVIRONMENTS, ROOT

LEFT_OUT = {".git", ".hypothesis", ".local", "cdktf.out", "__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache"}


class Checkout:
    """The files of the repository in another folder, with its environments by links."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for file in _files(ROOT):
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / file, folder / file)
        for environment in ENVIRONMENTS.values():
            if environment.exists():
                (folder / environment.name).symlink_to(environment.resolve())

    def run(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Runs Python with these arguments in the copy."""
        command = [sys.executable, *arguments]
        environment = {**os.environ, **variables}
        return subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False)

    def contents(self) -> dict[Path, bytes]:
        """Path relative to the copy -> content, of every file but those that running makes."""
        return {file: (self.folder / file).read_bytes() for file in _files(self.folder)}


def _files(root: Path) -> Iterator[Path]:
    left_out = LEFT_OUT | {environment.name for environment in ENVIRONMENTS.values()}
    for folder, folders, names in os.walk(root):
        here = Path(folder).relative_to(root)
        folders[:] = [name for name in folders if name not in left_out and (here / name) != Path("reports")]
        yield from (here / name for name in names if not (root / here / name).is_symlink() and name != ".setup.lock")
