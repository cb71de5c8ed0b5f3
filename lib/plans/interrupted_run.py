"""Recovers from an interrupted run: saves an unsaved state, and keeps tainted resources."""

from __future__ import annotations

from rich.markup import escape

from lib.errors import ToolError
from lib.plans.held_data import holds_data
from lib.terraform.terraform import UNSAVED_STATE, StateLockedError, Terraform, TerraformError


def save_unsaved_state(terraform: Terraform) -> None:
    """Save the state that Terraform left in its folder because it had no network.

    Raises ToolError if Terraform does not accept the state.
    """
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
                f"{file} contains the state of an interrupted run, but cannot replace the saved one: {error}; "
                "if other runs have changed the saved state since, remove that file"
            ) from error
        file.unlink()
        step.result("saved")


def keep_tainted(terraform: Terraform) -> None:
    """Untaint resources that may hold data, so that Terraform completes them instead of replacing them."""
    for resource in terraform.state().resources:
        if resource.tainted and holds_data(resource.type):
            terraform.progress.show(
                f"tainted, because its creation failed; will be kept and completed: {escape(resource.address)}"
            )
            terraform.untaint(resource.address)
