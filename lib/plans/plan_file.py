"""What is inside a plan file: an archive with the configuration and the state that Terraform has planned by.

Terraform applies what stands in there, whatever lies in its working folder by then.
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

CONFIGURATION = "tfconfig/m-/"  # of the root module
# What was saved, and what the refresh made of it. Terraform notes lineage and serial in the second one.
SAVED_STATE, REFRESHED_STATE = "tfstate-prev", "tfstate"

Read = TypeVar("Read")


@dataclass(frozen=True)
class PlanFile:
    """A plan file on disk."""

    path: Path

    def configuration(self) -> dict[str, bytes]:
        """The files of the root module, by name. Raises ToolError for what is no plan file."""

        def read(archive: zipfile.ZipFile) -> dict[str, bytes]:
            names = [name for name in archive.namelist() if name.startswith("tfconfig/m-")]
            return {name.removeprefix(CONFIGURATION): archive.read(name) for name in names}

        return self._open(read)

    def imports(self) -> set[str]:
        """The addresses that its import blocks name. Raises ToolError."""
        files = (json.loads(text) for name, text in self.configuration().items() if name.endswith(".tf.json"))
        return {entry["to"] for content in files for entry in content.get("import", [])}

    def state(self) -> State:
        """The saved state that it was planned by. Raises ToolError."""

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
                f"{self.path} is no plan that Terraform has saved ({error}); make plan writes one"
            ) from error
