"""A synthesized stack on disk, and its copies in Terraform's working folders."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lib.errors import ToolError

JSON_NAME = "cdk.tf.json"
# Terraform's own files: its downloads, which are reused, and a state that it could not save anywhere else.
TERRAFORMS_OWN = (".terraform", ".terraform.lock.hcl", "errored.tfstate")


@dataclass(frozen=True)
class StackFolder:
    """A folder with the JSON and the assets of one synthesized stack."""

    directory: Path
    content: Mapping[str, Any]

    @classmethod
    def read(cls, directory: Path) -> StackFolder:
        """Read a folder. Raises ToolError unless it has a synthesized stack with S3 backend and AWS provider."""
        try:
            content = json.loads((directory / JSON_NAME).read_text())
        except (OSError, ValueError) as error:
            raise ToolError(
                f"{directory / JSON_NAME} is not a synthesized stack: {error}; run python main.py"
            ) from error
        stack = cls(directory, content)
        try:
            _ = stack.backend["bucket"], stack.backend["region"], stack.region
        except (KeyError, IndexError, TypeError) as error:
            raise ToolError(f"{directory / JSON_NAME} lacks {error} of its provider or S3 backend") from error
        return stack

    @property
    def backend(self) -> dict[str, Any]:
        return dict(self.content["terraform"]["backend"]["s3"])

    @property
    def region(self) -> str:
        return str(self.content["provider"]["aws"][0]["region"])

    @property
    def tags(self) -> dict[str, str]:
        """The provider's default tags."""
        blocks = self.content["provider"]["aws"][0].get("default_tags") or [{}]
        return dict(blocks[0].get("tags", {}))

    @property
    def types(self) -> list[str]:
        """The stack's resource and data source types."""
        return sorted({*self.content.get("resource", {}), *self.content.get("data", {})})

    def copy_to(self, directory: Path) -> StackFolder:
        """Copy the stack and its assets to a working folder.

        All other files there are removed except Terraform's own, because Terraform would read unchecked files.
        """
        _clear(directory)
        shutil.copytree(self.directory, directory, dirs_exist_ok=True)
        return StackFolder(directory, self.content)

    @classmethod
    def create(cls, directory: Path, content: Mapping[str, Any]) -> StackFolder:
        """Create a stack in a working folder, replacing an existing one."""
        _clear(directory)
        (directory / JSON_NAME).write_text(json.dumps(content, indent=2, sort_keys=True))
        return cls(directory, content)


def _clear(directory: Path) -> None:
    """Remove everything but Terraform's own files from a working folder."""
    directory.mkdir(parents=True, exist_ok=True)
    for entry in directory.iterdir():
        if entry.name not in TERRAFORMS_OWN:
            shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()
