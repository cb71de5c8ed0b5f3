"""Computes the SHA-256 of a file, and of a set of files."""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

from lib.errors import ToolError


def of_file(file: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal. Raises ToolError if it cannot be read."""
    try:
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise ToolError(f"{file}: cannot be read ({error.strerror}); repair or remove it") from error


def of_files(files: Mapping[str, Path]) -> str:
    """Return one SHA-256 for files and their names, in hexadecimal: in-toto's `dirHash`, Go's `Hash1` in base64.

    It is the hash of the list that `sha256sum` prints: pkg.go.dev/golang.org/x/mod/sumdb/dirhash#Hash1
    """
    lines = "".join(f"{of_file(files[name])}  {name}\n" for name in sorted(files))
    return hashlib.sha256(os.fsencode(lines)).hexdigest()


def base64_of(digest: str) -> str:
    """Return a hexadecimal digest in base64, as Terraform writes it."""
    return base64.b64encode(bytes.fromhex(digest)).decode()
