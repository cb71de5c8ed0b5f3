"""Where a stack's files are on this machine."""

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
    """The folders of one stack. They stay, so that the provider is fetched once.

    `synthesized` holds what main.py wrote last. `checked` is a directory of that one stack, which the verdict can be
    compared with, and Terraform's working folder is in it. `plan` is where `make plan` saves a plan, `lock` the file
    that one command at a time holds.
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
        """Of the demo that is kept there. What was synthesized stays as it was checked: Terraform works on a copy."""
        synthesized = folder / "cdktf.out"
        return cls(synthesized, synthesized, folder / "plan", folder.with_name(f"{folder.name}.lock"))

    @contextmanager
    def exclusively(self) -> Iterator[None]:
        """Raises ToolError while another command is at work on the stack here."""
        with exclusively(self.lock, f"another command is at work on {self.lock.stem} here"):
            yield

    @property
    def summary(self) -> Path:
        """The folder of what the last plan would change, refused or not."""
        return self.plan.with_name("summary")

    @property
    def verdict(self) -> Path:
        """On what was synthesized last."""
        return self.synthesized / VERDICT
