"""The Lambda zip: the same content gives the same hash on every machine and in every run, or each plan shows a change.

Sorted names, fixed times and modes. The hash is of the content, not of the zip's bytes: those depend on the zlib that
deflates them.
"""

from __future__ import annotations

import atexit
import base64
import functools
import hashlib
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from lib.environments import LAMBDA_DEPENDENCIES, ROOT, ToolError

SOURCES = ROOT / "lib" / "lambda"
# What Lambda takes in one request: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
LARGEST_ZIP = 50 * 1024 * 1024
LARGEST_UNPACKED = 250 * 1024 * 1024
EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time a zip can hold
# Made by running or installing, different from machine to machine, and needed by nobody at run time.
SKIPPED_DIRECTORIES = {"__pycache__", "bin"}
SKIPPED_FILES = {"RECORD", "INSTALLER", "REQUESTED", "direct_url.json"}
# Of the SDK's data, which describes 400 services in 28 MB: that of the services which lib/lambda makes clients of,
# without the examples, which only documentation is made of; and nothing of boto3's, which describes resources.
SDK_SERVICES = {"dynamodb", "kms", "s3"}


@dataclass(frozen=True)
class LambdaZip:
    """A zip on disk; `sha256` of the names and contents in it, which Terraform compares."""

    path: Path
    sha256: bytes

    @property
    def source_code_hash(self) -> str:
        """In base64, as Terraform wants it; it triggers updates and is compared with nothing else."""
        return base64.b64encode(self.sha256).decode()


@functools.cache
def lambda_zip() -> LambdaZip:
    """The zip of `lib/lambda` and its pinned dependencies, built once a process. Raises ToolError without sources."""
    directory = Path(tempfile.mkdtemp(prefix="lambda-zip-"))
    atexit.register(shutil.rmtree, directory, ignore_errors=True)
    return build(directory / "lambda.zip", SOURCES, LAMBDA_DEPENDENCIES)


def build(target: Path, *roots: Path) -> LambdaZip:
    """Write the files under each root, with names relative to it. Raises ToolError: no files, a clash, too large."""
    files: dict[str, Path] = {}
    for root in roots:
        found = dict(_files(root))
        if not found:
            raise ToolError(f"{_shown(root)} holds nothing to put into the Lambda zip; run make setup")
        for name in found.keys() & files.keys():
            raise ToolError(f"{name} is in {_shown(root)} and in {_shown(files[name])}; rename one: the zip holds one")
        files |= found
    digest = hashlib.sha256()
    with zipfile.ZipFile(target, "w") as archive:
        for name in sorted(files):
            content = files[name].read_bytes()
            digest.update(f"{name}\0{len(content)}\0".encode() + content)
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.create_system = 3  # Unix, whatever system builds it
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
    size = target.stat().st_size
    if size > LARGEST_ZIP:
        raise ToolError(f"the Lambda zip has {size} bytes, over Lambda's {LARGEST_ZIP}; drop a dependency")
    return LambdaZip(target, digest.digest())


def _files(root: Path) -> Iterator[tuple[str, Path]]:
    for path in root.rglob("*"):
        parts = path.relative_to(root).parts
        hidden = any(part.startswith(".") for part in parts)
        skipped = SKIPPED_DIRECTORIES.intersection(parts) or path.name in SKIPPED_FILES or path.suffix == ".pyc"
        if path.is_file() and not hidden and not skipped and not _is_unused_data(parts):
            yield "/".join(parts), path


def _is_unused_data(parts: Sequence[str]) -> bool:
    match parts:
        case ("boto3", "data" | "examples", *_):
            return True
        case ("botocore", "data", service, *_, name):
            return service not in SDK_SERVICES or name.startswith("examples-")
    return False


def _shown(path: Path) -> str:
    return str(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path)
