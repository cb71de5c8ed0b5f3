"""The Lambda zip: the same content gives the same hash on every machine and in every run, or each plan shows a change.

Sorted names, fixed times and modes. The hash is of the content, not of the zip's bytes: those depend on the zlib that
deflates them. `unpack` reads such a zip back, so that the hash can be compared with the file.
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
# What Lambda takes in one request: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
LARGEST_ZIP = 50 * 1024 * 1024
LARGEST_CONTENT = 250 * 1024 * 1024
EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time a zip can hold
MODE = 0o100644 << 16
# pkware.cachefly.net/webdocs/APPNOTE/APPNOTE-6.3.9.TXT, 4.3.7, 4.3.12 and 4.3.16
LOCAL_HEADER, CENTRAL_HEADER, END = "<4s5H3L2H", "<4s6H3L5H2L", "<4s4H2LH"
# Made by running or installing, different from machine to machine, and needed by nobody at run time.
SKIPPED_DIRECTORIES = {"__pycache__", "bin"}
SKIPPED_FILES = {"RECORD", "INSTALLER", "REQUESTED", "direct_url.json"}
# Of the SDK's data, which describes 400 services in 28 MB: that of the services which lib/lambda makes clients of,
# without the examples, which only documentation is made of; and nothing of boto3's, which describes resources.
SDK_SERVICES = {"dynamodb", "kms", "s3", "secretsmanager"}


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
    contents = {name: files[name].read_bytes() for name in sorted(files)}
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in contents.items():
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.create_system = 3  # Unix, whatever system builds it
            entry.external_attr = MODE
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
    size = target.stat().st_size
    if size > LARGEST_ZIP:
        raise ToolError(f"the Lambda zip has {size} bytes, over Lambda's {LARGEST_ZIP}; drop a dependency")
    return LambdaZip(target, content_sha256(contents))


def content_sha256(contents: Mapping[str, bytes]) -> bytes:
    """Of names and contents, in the order of the names."""
    digest = hashlib.sha256()
    for name in sorted(contents):
        digest.update(f"{name}\0{len(contents[name])}\0".encode() + contents[name])
    return digest.digest()


def unpack(data: bytes) -> dict[str, bytes]:
    """The files in a zip of `build`'s. Raises ValueError for any other zip.

    Two programs can find different files in one zip: under a name that is there twice, between the entries, by an extra
    field. So the zip is put together again from what is found, and has to be the same, byte for byte.
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
        raise ValueError("is no zip as lib/packaging.py writes it")
    return contents


def _inflate(stream: bytes, longest: int) -> bytes:
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        content = inflater.decompress(stream, max(longest, 1))
    except zlib.error as error:
        raise ValueError(str(error)) from error
    if not inflater.eof or inflater.unused_data:
        raise ValueError("holds more, or less, than one compressed file in an entry")
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
