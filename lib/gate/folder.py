"""Checks the names of the files in a directory of stacks, so that Terraform and OpenTofu read only checked files.

Each release of these tools reads more file names, so a stack's folder may contain only the files named here.
developer.hashicorp.com/terraform/language/files, …/language/files/override, …/language/files/tests,
…/language/values/variables; opentofu.org/docs/language/files
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Collection, Iterator
from pathlib import Path

from lib.errors import ToolError
from lib.gate import terraform_init

ASSETS = "assets"
# Only the CDKTF CLI and our reports read these files.
NOTES = ("manifest.json", "metadata.json", "origins.json")
# .tf .tf.json .tofu .tofu.json .tfvars .tftest.hcl .tofutest.json .tfquery.hcl .tfstate …, in any case, because
# some file systems ignore it.
CONFIGURATION = re.compile(r".*\.(tf|tofu)[a-z]*(\.json|\.hcl)?", re.IGNORECASE)
OVERRIDE = re.compile(r"(.*_)?override\.tf\.json", re.IGNORECASE)


def terraform_files(directory: Path) -> Iterator[Path]:
    """Yield every *.tf.json below a directory. Raises ToolError for other configuration, links, special files."""
    try:
        entries = sorted(os.scandir(directory), key=lambda entry: entry.name)
    except OSError as error:
        raise ToolError(f"{directory}: cannot be read ({error.strerror}); repair or remove it") from error
    initialized = any(entry.name.endswith(".tf.json") for entry in entries)
    for entry in entries:
        file = Path(entry.path)
        if not entry.name.isprintable():
            raise ToolError(f"{directory}: contains {entry.name!a}, a name that cannot be printed; rename or remove it")
        if entry.is_symlink():
            raise ToolError(
                f"{file}: is a symbolic link, which the gate does not follow; replace it by the file itself"
            )
        if entry.is_dir():
            if not (initialized and entry.name == terraform_init.DATA):  # `check` reads this directory
                yield from terraform_files(file)
        elif not entry.is_file():
            raise ToolError(f"{file}: is neither a file nor a directory; remove it")
        elif entry.name.endswith(".tf.json"):
            yield file
        elif entry.name.endswith(".tf"):
            raise ToolError(f"{file}: is HCL, but the gate checks only *.tf.json; synthesize JSON or remove it")
        elif CONFIGURATION.fullmatch(entry.name):
            raise ToolError(f"{file}: Terraform or OpenTofu may read it, but the gate checks only *.tf.json; remove it")


def check(files: Collection[Path]) -> None:
    """Raise ToolError if a stack's folder contains other files. `files`: the JSON files of all stacks."""
    for folder, count in Counter(file.parent for file in files).items():
        if count > 1:
            raise ToolError(
                f"{folder}: contains {count} stacks, which Terraform would read as one; give each its own folder"
            )
    for file in files:
        if OVERRIDE.fullmatch(file.name):
            raise ToolError(f"{file}: Terraform would merge an override into another file; give the stack another name")
        for entry in sorted(file.parent.iterdir()):
            if entry != file and not _belongs(entry, files):
                raise ToolError(
                    f"{entry}: the folder of a stack may contain only {file.name}, {ASSETS}/ and the files of "
                    "terraform init; remove it"
                )


def _belongs(entry: Path, stacks: Collection[Path]) -> bool:
    if entry.is_dir():
        return entry.name in (ASSETS, terraform_init.DATA) or any(file.is_relative_to(entry) for file in stacks)
    return entry.name in (*NOTES, terraform_init.LOCK)
