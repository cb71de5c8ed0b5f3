"""Compares the assets of a stack (files that are uploaded to AWS) with their hashes in the JSON.

TAP-DOC-6 checks that arguments name only assets, and that the JSON has their hashes.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lib import packaging
from lib.errors import ToolError
from lib.gate.folder import ASSETS

# Argument that names a file -> argument with its hash:
# registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/lambda_function, …/s3_object
HASH_OF = {"filename": "source_code_hash", "source": "source_hash"}


@dataclass(frozen=True)
class Asset:
    """A file below assets/. `hashes` are the base64 hashes that the JSON may state for it.

    One is the SHA-256 of the file, as Terraform's filebase64sha256() computes it; a zip of lib/packaging.py also has
    the hash of its content.
    """

    sha256: str  # SHA-256 of the file, in hexadecimal
    hashes: frozenset[str]


def read(folder: Path) -> dict[str, Asset]:
    """Return name relative to the stack's folder -> asset. Raises ToolError for a file that cannot be read."""
    files = sorted(path for path in (folder / ASSETS).rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): _asset(path) for path in files}


def compare(folder: Path, resources: Mapping[str, Mapping[str, Any]], assets: Mapping[str, Asset]) -> int:
    """Return the number of files that resources name but that do not exist. Raises ToolError if a hash differs."""
    missing = 0
    for address, argument, name, stated in _named_files(resources):
        asset = assets.get(posixpath.normpath(name))
        if asset is None:
            missing += 1
        elif stated not in asset.hashes:
            raise ToolError(
                f"{folder / name}: does not have the {argument} that {address} states ({stated}); synthesize again"
            )
    return missing


def _asset(file: Path) -> Asset:
    try:
        data = file.read_bytes()
    except OSError as error:
        raise ToolError(f"{file}: cannot be read ({error.strerror}); repair or remove it") from error
    digest = hashlib.sha256(data)
    hashes = {digest.digest()}
    with contextlib.suppress(ValueError):  # not a zip of lib/packaging.py
        hashes.add(packaging.content_sha256(packaging.unpack(data)))
    return Asset(digest.hexdigest(), frozenset(base64.b64encode(each).decode() for each in hashes))


def _named_files(resources: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, str, str, str]]:
    for address, body in resources.items():
        for path_argument, hash_argument in HASH_OF.items():
            name, stated = body.get(path_argument), body.get(hash_argument)
            if isinstance(name, str) and isinstance(stated, str) and "${" not in stated:
                yield address, hash_argument, name, stated
