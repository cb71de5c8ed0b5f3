"""Builds the Lambda zip. The same content has the same hash on every machine. Otherwise each plan would show a change.

Names are sorted; times and modes are fixed. The hash covers the content and not the zip's bytes, because the bytes
depend on the version of zlib. `unpack` reads such a zip, so that its hash can be checked.
"""

from __future__ import annotations

import atexit
import base64
import functools
import hashlib
import shutil
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lib.environments import LAMBDA_DEPENDENCIES, ROOT
from lib.errors import ToolError

SOURCES = ROOT / "lib" / "lambda"
# Lambda's limit for one request: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
LARGEST_ZIP = 50 * 1024 * 1024
LARGEST_CONTENT = 250 * 1024 * 1024
EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip can store
MODE = 0o100644 << 16
# pkware.cachefly.net/webdocs/APPNOTE/APPNOTE-6.3.9.TXT, 4.3.7, 4.3.12 and 4.3.16
LOCAL_HEADER, CENTRAL_HEADER, END = "<4s5H3L2H", "<4s6H3L5H2L", "<4s4H2LH"
# Files that differ between machines and are not needed at run time.
SKIPPED_DIRECTORIES = {"__pycache__", "bin"}
SKIPPED_FILES = {"RECORD", "INSTALLER", "REQUESTED", "direct_url.json"}
# Services of the AWS SDK whose data is packed: those that lib/lambda calls. All data would describe 400 services in
# 28 MB. Examples, and boto3's data about resources, are left out.
SDK_SERVICES = {"dynamodb", "kms", "s3", "secretsmanager"}


@dataclass(frozen=True)
class LambdaZip:
    """A zip on disk. `sha256` is the hash of the names and contents in the zip. Terraform compares this hash."""

    path: Path
    sha256: bytes

    @property
    def source_code_hash(self) -> str:
        """The hash in base64. Terraform updates the function if this value changes."""
        return base64.b64encode(self.sha256).decode()


@functools.cache
def lambda_zip() -> LambdaZip:
    """Return the zip of `lib/lambda` and its pinned dependencies, built once for each process. Raises ToolError."""
    directory = Path(tempfile.mkdtemp(prefix="lambda-zip-"))
    atexit.register(shutil.rmtree, directory, ignore_errors=True)
    return build(directory / "lambda.zip", SOURCES, LAMBDA_DEPENDENCIES)


def build(target: Path, *roots: Path) -> LambdaZip:
    """Write the files below each root to the zip `target`, with names relative to the root.

    Raises ToolError if a root has no files, if two files have the same name, or if the zip is too large for Lambda.
    """
    files: dict[str, Path] = {}
    for root in roots:
        found = dict(_files(root))
        if not found:
            raise ToolError(f"{_shown(root)} contains no files for the Lambda zip; run make setup")
        for name in found.keys() & files.keys():
            raise ToolError(f"{name} is in {_shown(root)} and in {_shown(files[name])}; rename one of them")
        files |= found
    contents = {name: files[name].read_bytes() for name in sorted(files)}
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in contents.items():
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.create_system = 3  # Unix, on every build system
            entry.external_attr = MODE
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
    size = target.stat().st_size
    if size > LARGEST_ZIP:
        raise ToolError(f"the Lambda zip has {size} bytes, over Lambda's {LARGEST_ZIP}; drop a dependency")
    return LambdaZip(target, content_sha256(contents))


def content_sha256(contents: Mapping[str, bytes]) -> bytes:
    """Return the SHA-256 of names and contents, in the order of the names."""
    digest = hashlib.sha256()
    for name in sorted(contents):
        digest.update(f"{name}\0{len(contents[name])}\0".encode() + contents[name])
    return digest.digest()


def unpack(data: bytes) -> dict[str, bytes]:
    """Return name -> content of a zip that `build` wrote. Raises ValueError for any other zip.

    A zip can be made so that two programs find different files in it: with a duplicate name, data between entries, or
    an extra field. So this function builds the zip again from the files that it found, and compares the bytes.
    """
    contents: dict[str, bytes] = {}
    entries, directory, size = bytearray(), bytearray(), 0
    while data.startswith(b"PK\3\4", len(entries)):
        fields = struct.unpack_from(LOCAL_HEADER, data.ljust(len(entries) + 30), len(entries))
        start = len(entries) + 30 + fields[9]
        name, stream = data[len(entries) + 30 : start], data[start : start + fields[7]]
        content = _inflate(stream, LARGEST_CONTENT - size)
        size += len(content)
        sizes = zlib.crc32(content), len(stream), len(content), len(name)
        directory += struct.pack(
            CENTRAL_HEADER, b"PK\1\2", 20 | 3 << 8, 20, 0, 8, 0, 0x21, *sizes, 0, 0, 0, 0, MODE, len(entries)
        )
        directory += name
        entries += struct.pack(LOCAL_HEADER, b"PK\3\4", 20, 0, 8, 0, 0x21, *sizes, 0) + name + stream
        contents[name.decode("ascii")] = content
    count = len(contents)
    end = struct.pack(END, b"PK\5\6", 0, 0, count, count, len(directory), len(entries), 0)
    if data != entries + directory + end or list(contents) != sorted(contents):
        raise ValueError("is not a zip as lib/packaging.py writes it")
    return contents


def _inflate(stream: bytes, longest: int) -> bytes:
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        content = inflater.decompress(stream, max(longest, 1))
    except zlib.error as error:
        raise ValueError(str(error)) from error
    if not inflater.eof or inflater.unused_data:
        raise ValueError("has an entry that is not exactly one compressed file")
    return content


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
