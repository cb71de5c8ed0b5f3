"""Reads a plan file: a zip archive with the configuration and the state from which Terraform planned.

Terraform applies the archive's content, not the files in the working folder.
github.com/hashicorp/terraform, internal/plans/planfile
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from lib.errors import ToolError
from lib.terraform.state import State

CONFIGURATION = "tfconfig/m-/"  # folder of the root module
# The saved state, and the state after the refresh. Terraform writes lineage and serial only to the refreshed state.
SAVED_STATE, REFRESHED_STATE = "tfstate-prev", "tfstate"

Read = TypeVar("Read")


@dataclass(frozen=True)
class PlanFile:
    """A plan file on disk."""

    path: Path

    def configuration(self) -> dict[str, bytes]:
        """Return the files of the root module, by name. Raises ToolError if it is not a plan file."""

        def read(archive: zipfile.ZipFile) -> dict[str, bytes]:
            names = [name for name in archive.namelist() if name.startswith("tfconfig/m-")]
            return {name.removeprefix(CONFIGURATION): archive.read(name) for name in names}

        return self._open(read)

    def imports(self) -> set[str]:
        """Return the addresses in the configuration's import blocks. Raises ToolError if it is not a plan file."""
        files = (json.loads(text) for name, text in self.configuration().items() if name.endswith(".tf.json"))
        return {entry["to"] for content in files for entry in content.get("import", [])}

    def state(self) -> State:
        """Return the saved state from which Terraform planned. Raises ToolError if it is not a plan file."""

        def read(archive: zipfile.ZipFile) -> State:
            saved, refreshed = (json.loads(archive.read(name)) for name in (SAVED_STATE, REFRESHED_STATE))
            return State.of({**saved, **{name: refreshed[name] for name in ("lineage", "serial")}})

        return self._open(read)

    def _open(self, read: Callable[[zipfile.ZipFile], Read]) -> Read:
        try:
            with zipfile.ZipFile(self.path) as archive:
                return read(archive)
        except (OSError, zipfile.BadZipFile, ValueError, KeyError) as error:
            raise ToolError(
                f"{self.path} is not a plan saved by Terraform ({error}); write one with make plan"
            ) from error
