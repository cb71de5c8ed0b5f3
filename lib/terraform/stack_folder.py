"""A synthesized stack on disk, and copies of it for Terraform to work in."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lib.errors import ToolError

JSON_NAME = "cdk.tf.json"
# What is fetched once for all deploys; and a state that could not be saved, which only this file still has.
TERRAFORMS_OWN = (".terraform", ".terraform.lock.hcl", "errored.tfstate")


@dataclass(frozen=True)
class StackFolder:
    """A folder with the JSON and the assets of one synthesized stack."""

    directory: Path
    content: Mapping[str, Any]

    @classmethod
    def read(cls, directory: Path) -> StackFolder:
        """Raises ToolError for what is no synthesized stack with an S3 backend and an AWS provider."""
        try:
            content = json.loads((directory / JSON_NAME).read_text())
        except (OSError, ValueError) as error:
            raise ToolError(f"{directory / JSON_NAME} is no synthesized stack: {error}; run python main.py") from error
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
        """What the provider puts on every resource that takes tags."""
        blocks = self.content["provider"]["aws"][0].get("default_tags") or [{}]
        return dict(blocks[0].get("tags", {}))

    @property
    def types(self) -> list[str]:
        """The resource and data types that it uses."""
        return sorted({*self.content.get("resource", {}), *self.content.get("data", {})})

    def copy_to(self, directory: Path) -> StackFolder:
        """Into a working folder, as it is, assets included.

        Of what is there, Terraform's own files stay, and nothing else: Terraform would read it, and nobody judged it.
        """
        _clear(directory)
        shutil.copytree(self.directory, directory, dirs_exist_ok=True)
        return StackFolder(directory, self.content)

    @classmethod
    def create(cls, directory: Path, content: Mapping[str, Any]) -> StackFolder:
        """In a working folder, in place of the one that is there."""
        _clear(directory)
        (directory / JSON_NAME).write_text(json.dumps(content, indent=2, sort_keys=True))
        return cls(directory, content)


def _clear(directory: Path) -> None:
    """A working folder without what is not Terraform's own."""
    directory.mkdir(parents=True, exist_ok=True)
    for entry in directory.iterdir():
        if entry.name not in TERRAFORMS_OWN:
            shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()
