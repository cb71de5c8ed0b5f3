"""Saves a plan for `make deploy PLAN=FOLDER`, and checks whether a saved plan is still valid.

The folder contains the plan, the verdict on its JSON, and the digests of both. The digests show that nobody changed the
files (integrity). They do not show who wrote the files (authenticity), so keep the folder where only CI can write.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from lib.errors import ToolError
from lib.gate import digests, verdict
from lib.plans.plan_file import PlanFile
from lib.terraform.state import State

PLAN = "tfplan"
VERDICT = verdict.FILE
TEXT = "plan.txt"  # the plan as text, for the pull request
SUMS = "SHA256SUMS"  # in the format of sha256sum
SIGNED_OFF = (PLAN, VERDICT)


@dataclass(frozen=True)
class SavedPlan:
    """A folder with a saved plan, as `save` writes it."""

    folder: Path

    @property
    def file(self) -> Path:
        return self.folder / PLAN

    @classmethod
    def open(cls, folder: Path) -> SavedPlan:
        """Open a saved plan. Raises ToolError if the folder lacks one of its files."""
        for name in (*SIGNED_OFF, SUMS):
            if not (folder / name).is_file():
                raise ToolError(f"PLAN={folder} has no {name}; name a folder that make plan has saved")
        return cls(folder)

    @classmethod
    def save(cls, folder: Path, plan: Path, verdict_file: Path, text: str) -> SavedPlan:
        """Save a plan, replacing an earlier one."""
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        shutil.copyfile(plan, folder / PLAN)
        shutil.copyfile(verdict_file, folder / VERDICT)
        (folder / TEXT).write_text(text)
        lines = (f"{digests.of_file(folder / name)}  {name}\n" for name in SIGNED_OFF)
        (folder / SUMS).write_text("".join(lines))
        return cls(folder)

    def difference(self, plan: Path, checked: Path, state: State) -> str:
        """Return one line about what has changed since the plan was saved; empty if nothing has.

        `plan` is a copy of the saved plan. `checked` is the directory of stacks that has just passed both judges.
        `state` is the current state. Raises ToolError if a file cannot be read.
        """
        return self._edited(plan) or verdict.verify(self.folder / VERDICT, checked) or _other_state(plan, state)

    def _edited(self, plan: Path) -> str:
        lines = [line.split() for line in (self.folder / SUMS).read_text().splitlines()]
        for name, file in ((PLAN, plan), (VERDICT, self.folder / VERDICT)):
            if [digests.of_file(file), name] not in lines:
                return f"{name} was changed after make plan saved it: its digest is not the one in {SUMS}"
        return ""


def _other_state(plan: Path, state: State) -> str:
    file = PlanFile(plan)
    planned = file.state()
    if planned.lineage != state.lineage:
        return (
            "it was planned for another state: nothing was deployed then, or the environment was deployed again since"
        )
    if planned.serial != state.serial:
        return f"it is stale: it was planned when the state had serial {planned.serial}, which is now {state.serial}"
    # Terraform adds imported resources to the plan's state.
    imported = file.imports() - {resource.address for resource in state.resources}
    if planned.without(imported) != state.document:
        return "the state within it is not the saved one"
    return ""
