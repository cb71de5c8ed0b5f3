"""The folders of a stack on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lib.environments import ROOT
from lib.settings import Settings
from lib.targets.exclusive import exclusively
from lib.targets.synth import VERDICT

FOLDER = ROOT / ".local" / "aws"


@dataclass(frozen=True)
class Place:
    """The folders of one stack. They stay, so that Terraform downloads the provider only once.

    `synthesized` is the last output of main.py. `checked` is a copy with this one stack: the verdict describes it, and
    Terraform works in it. `make plan` saves a plan in `plan`. `lock` is the lock file of the commands.
    """

    synthesized: Path
    checked: Path
    plan: Path
    lock: Path

    @classmethod
    def of(cls, settings: Settings, folder: Path = FOLDER) -> Place:
        root = folder / settings.stack_name
        return cls(root / "cdktf.out", root / "terraform", root / "plan", folder / f"{settings.stack_name}.lock")

    @classmethod
    def of_demo(cls, folder: Path) -> Place:
        """Return the folders of the kept demo. Terraform works on a copy, so the synthesized output stays unchanged."""
        synthesized = folder / "cdktf.out"
        return cls(synthesized, synthesized, folder / "plan", folder.with_name(f"{folder.name}.lock"))

    @contextmanager
    def exclusively(self) -> Iterator[None]:
        """Hold the lock. Raises ToolError while another command uses this stack."""
        with exclusively(self.lock, f"another command uses {self.lock.stem} here"):
            yield

    @property
    def summary(self) -> Path:
        """Return the folder of the last plan's summary. Refused plans have a summary too."""
        return self.plan.with_name("summary")

    @property
    def verdict(self) -> Path:
        """Return the file with the verdict on the last synthesized stack."""
        return self.synthesized / VERDICT
