"""Reads the stacks of a directory. It raises an error if Terraform would read any other file there."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lib.errors import ToolError
from lib.findings import origins
from lib.gate import assets, folder, json_lines, terraform_init
from lib.gate.assets import Asset

IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


@dataclass(frozen=True)
class SynthesizedStack:
    """A stack on disk. `constructs` and `lines`: address (also data.…) -> construct path, and line in the JSON."""

    file: Path
    sha256: str  # SHA-256 of its bytes, in hexadecimal
    assets: dict[str, Asset]  # name relative to the stack's folder -> asset
    missing: int  # number of named assets that do not exist
    document: dict[str, Any]
    resources: tuple[str, ...]
    constructs: dict[str, str]
    lines: dict[str, int]
    made_at: dict[str, str]  # construct path -> Python line that created it, if recorded

    def files(self, directory: Path) -> Iterator[tuple[str, str]]:
        """Yield (name relative to `directory`, SHA-256) of the stack's JSON and of each asset."""
        yield self.file.relative_to(directory).as_posix(), self.sha256
        for name, asset in self.assets.items():
            yield (self.file.parent / name).relative_to(directory).as_posix(), asset.sha256

    @property
    def name(self) -> str:
        """The name of the stack's folder, which CDKTF names after the stack."""
        return self.file.parent.name


def read_stacks(directory: Path) -> tuple[list[SynthesizedStack], str]:
    """Return (stacks, note): the stacks of `manifest.json`, or every *.tf.json if it is missing, which the note says.

    Raises ToolError if a stack is missing or cannot be read, or if a file would remain unchecked.
    """
    if not directory.is_dir():
        raise ToolError(f"{directory}: this directory does not exist; synthesize first, with make synth")
    directory = directory.resolve()
    found = set(folder.terraform_files(directory))
    manifest = directory / "manifest.json"
    if manifest.is_symlink() or manifest.exists():
        files, note = _listed(manifest), ""
        for file in sorted(found - set(files)):
            raise ToolError(f"{file}: Terraform would read it, but manifest.json does not list it; remove it")
        for file in sorted(set(files) - found):
            raise ToolError(f"{file}: this file does not exist; synthesize again")
    else:
        files, note = sorted(found), "; no manifest.json, so every *.tf.json below was checked"
    if not files:
        raise ToolError(f"{directory}: contains no stack to check; synthesize first, with make synth")
    folder.check(files)
    stacks = [_stack(file) for file in files]
    if missing := sum(stack.missing for stack in stacks):
        note += f"; {missing} files that the JSON names do not exist, so their hashes were not compared"
    return stacks, note


def _listed(manifest: Path) -> list[Path]:
    stacks = _parse(manifest)[0].get("stacks")
    if not isinstance(stacks, dict) or not stacks:
        raise ToolError(f"{manifest}: lists no stack; synthesize again")
    files = []
    for name, stack in stacks.items():
        path = stack.get("synthesizedStackPath") if isinstance(stack, dict) else None
        if not isinstance(path, str) or not path.endswith(".tf.json"):
            raise ToolError(
                f"{manifest}: synthesizedStackPath of {name} is {path!r}, not a *.tf.json; synthesize again"
            )
        file = manifest.parent / path
        if Path(os.path.normpath(file)) != file or not file.is_relative_to(manifest.parent):
            raise ToolError(f"{manifest}: {path} leads out of the directory; synthesize again")
        # The CDKTF CLI starts Terraform in workingDirectory.
        if str(stack.get("workingDirectory", Path(path).parent)) != str(Path(path).parent):
            raise ToolError(f"{manifest}: workingDirectory of {name} is not the folder of {path}; synthesize again")
        files.append(file)
    return files


def _stack(file: Path) -> SynthesizedStack:
    document, line_of, sha256 = _parse(file)
    resources = dict(_blocks(file, document, "resource", ""))
    if not resources:
        raise ToolError(f"{file}: contains no resource, so there is nothing to check; synthesize again")
    blocks = {**resources, **dict(_blocks(file, document, "data", "data."))}
    terraform_init.check(file.parent, document)
    found = assets.read(file.parent)
    return SynthesizedStack(
        file=file,
        sha256=sha256,
        assets=found,
        missing=assets.compare(file.parent, resources, found),
        document=document,
        resources=tuple(resources),
        constructs={address: _construct_path(body) or address for address, body in blocks.items()},
        lines={address: line_of[id(body)] for address, body in blocks.items()},
        made_at=origins.read(file.parent),
    )


def _parse(file: Path) -> tuple[dict[str, Any], dict[int, int], str]:
    """Return the document, the line of each object in it, and the SHA-256 of the file."""
    if file.is_symlink():
        raise ToolError(f"{file}: is a symbolic link, which the gate does not follow; replace it by the file itself")
    if not file.is_file():
        raise ToolError(f"{file}: this file does not exist; synthesize again")
    try:
        content = file.read_bytes()
        document, lines = json_lines.parse(content.decode())
    except (OSError, ValueError, RecursionError) as error:
        raise ToolError(f"{file}: is not valid, unambiguous JSON ({error}); synthesize again") from error
    if not isinstance(document, dict):
        raise ToolError(f"{file}: is {type(document).__name__}, not a JSON object; synthesize again")
    return document, lines, hashlib.sha256(content).hexdigest()


def _blocks(file: Path, document: dict[str, Any], kind: str, prefix: str) -> Iterator[tuple[str, dict[str, Any]]]:
    # Terraform also accepts lists of objects at each level. The gate accepts only the form that CDKTF writes.
    for block_type, named in _objects(file, kind, document.get(kind, {})):
        for name, body in _objects(file, f"{kind}.{block_type}", named):
            if not isinstance(body, dict):
                raise ToolError(f"{file}: {prefix}{block_type}.{name} is not an object; write it as CDKTF does")
            yield f"{prefix}{block_type}.{name}", body


def _objects(file: Path, where: str, value: Any) -> Iterator[tuple[str, Any]]:
    if not isinstance(value, dict):
        raise ToolError(f"{file}: {where} is not an object; write it as CDKTF does")
    for name, inner in value.items():
        if name == "//":
            continue
        if not IDENTIFIER.fullmatch(name):
            raise ToolError(f"{file}: {name!r} in {where} is not a valid Terraform name; synthesize again")
        yield name, inner


def _construct_path(body: dict[str, Any]) -> str:
    comment = body.get("//")
    metadata = comment.get("metadata") if isinstance(comment, dict) else None
    path = metadata.get("path") if isinstance(metadata, dict) else None
    return path if isinstance(path, str) else ""
