"""A plan that `make plan` saved for `make deploy PLAN=FOLDER`, and whether it is still the one to apply.

The folder holds the plan, the verdict on the JSON that it was made from, and the digests of both. Digests show that
nothing was changed since (integrity), not who has made it (authenticity): keep the folder where only CI can write.
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
TEXT = "plan.txt"  # as it was shown, for a reader of the pull request
SUMS = "SHA256SUMS"  # as sha256sum writes and checks it
SIGNED_OFF = (PLAN, VERDICT)


@dataclass(frozen=True)
class SavedPlan:
    """A folder that `save` has written."""

    folder: Path

    @property
    def file(self) -> Path:
        return self.folder / PLAN

    @classmethod
    def open(cls, folder: Path) -> SavedPlan:
        """Raises ToolError where there is none."""
        for name in (*SIGNED_OFF, SUMS):
            if not (folder / name).is_file():
                raise ToolError(f"PLAN={folder} holds no {name}; name a folder that make plan has saved")
        return cls(folder)

    @classmethod
    def save(cls, folder: Path, plan: Path, verdict_file: Path, text: str) -> SavedPlan:
        """In place of an earlier one."""
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        shutil.copyfile(plan, folder / PLAN)
        shutil.copyfile(verdict_file, folder / VERDICT)
        (folder / TEXT).write_text(text)
        lines = (f"{digests.of_file(folder / name)}  {name}\n" for name in SIGNED_OFF)
        (folder / SUMS).write_text("".join(lines))
        return cls(folder)

    def difference(self, plan: Path, checked: Path, state: State) -> str:
        """What has changed since it was saved, in a line; empty where nothing has.

        `plan` is a copy of its plan, `checked` the directory of stacks that has just passed both judges, `state` the
        saved state of now. Raises ToolError where something cannot be read.
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
        return "it was made for another state: nothing of this environment stood yet, or it was made anew since"
    if planned.serial != state.serial:
        return f"it is stale: it was made when the state had serial {planned.serial}, which is now {state.serial}"
    # Terraform notes what a plan imports as if it had been in the saved state.
    imported = file.imports() - {resource.address for resource in state.resources}
    if planned.without(imported) != state.document:
        return "the state within it is not the saved one"
    return ""
