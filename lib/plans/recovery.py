"""Going on after a run that was interrupted: a state that was not saved, resources whose creation did not end well."""

from __future__ import annotations

from rich.markup import escape

from lib.errors import ToolError
from lib.plans.held_data import holds_data
from lib.terraform.terraform import UNSAVED_STATE, StateLockedError, Terraform, TerraformError


def save_unsaved_state(terraform: Terraform) -> None:
    """Terraform leaves a state that it cannot save (no network) in its folder. Raises ToolError if it is refused."""
    file = terraform.directory / UNSAVED_STATE
    if not file.exists():
        return
    with terraform.progress.step("save the state that an interrupted run could not save") as step:
        try:
            terraform.save_state(file)
        except StateLockedError:
            raise
        except TerraformError as error:
            raise ToolError(
                f"{file} holds the state of an interrupted run, and cannot take the saved one's place: {error}; "
                "if other runs have changed the saved state since, remove that file"
            ) from error
        file.unlink()
        step.result("saved")


def keep_tainted(terraform: Terraform) -> None:
    """Terraform would replace what it was interrupted in creating. What may hold data by now is finished instead."""
    for resource in terraform.state().resources:
        if resource.tainted and holds_data(resource.type):
            terraform.progress.show(
                f"its creation did not end well, and it is kept and finished: {escape(resource.address)}"
            )
            terraform.untaint(resource.address)
