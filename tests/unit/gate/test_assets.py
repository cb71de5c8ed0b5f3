"""The Lambda zip beside a stack is the one that the JSON speaks of."""

from __future__ import annotations

import base64
import hashlib
import io
import struct
import zipfile
from pathlib import Path
from typing import Any

import pytest

from lib import packaging
from lib.errors import ToolError
from lib.gate.stacks import read_stacks

from .conftest import write_stack

NAME = "assets/code/HASH/lambda.zip"


def stack(tmp_path: Path, data: bytes | None, **arguments: Any) -> Path:
    """A directory with one function's stack, and its zip where there is one."""
    function = {"function_name": "lambda-x-dev", **arguments}
    directory = write_stack(tmp_path / "out", {"resource": {"aws_lambda_function": {"x": function}}})
    if data is not None:
        file = directory / "stacks" / "stack" / NAME
        file.parent.mkdir(parents=True)
        file.write_bytes(data)
    return directory


def built(tmp_path: Path, text: str = "x = 1") -> packaging.LambdaZip:
    source = tmp_path / "source" / "payments"
    source.mkdir(parents=True, exist_ok=True)
    (source / "processor.py").write_text(text)
    (source / "archiver.py").write_text("y = 2")
    return packaging.build(tmp_path / "lambda.zip", source.parent)


def sha256(data: bytes) -> str:
    """As filebase64sha256() gives it."""
    return base64.b64encode(hashlib.sha256(data).digest()).decode()


def test_the_zip_that_was_packed_has_the_hash_that_is_stated(tmp_path: Path) -> None:
    made = built(tmp_path)
    directory = stack(tmp_path, made.path.read_bytes(), filename=NAME, source_code_hash=made.source_code_hash)
    ((only,), note) = read_stacks(directory)
    assert note == ""
    assert only.assets[NAME].sha256 == hashlib.sha256(made.path.read_bytes()).hexdigest()


@pytest.mark.parametrize(("path", "digest"), [("filename", "source_code_hash"), ("source", "source_hash")])
def test_the_hash_of_the_file_itself_is_one_too(tmp_path: Path, path: str, digest: str) -> None:
    """As Terraform's function gives it, for any file."""
    directory = stack(tmp_path, b"no zip", **{path: NAME, digest: sha256(b"no zip")})
    assert len(read_stacks(directory)[0]) == 1


@pytest.mark.parametrize("name", [NAME, f"./{NAME}", "assets/../assets/code/HASH/lambda.zip"])
@pytest.mark.parametrize(("path", "digest"), [("filename", "source_code_hash"), ("source", "source_hash")])
def test_another_zip_is_refused(tmp_path: Path, path: str, digest: str, name: str) -> None:
    stated = built(tmp_path).source_code_hash
    other = built(tmp_path, "import os; os.system('…')").path.read_bytes()
    with pytest.raises(ToolError, match=f"does not have the {digest} that aws_lambda_function.x states"):
        read_stacks(stack(tmp_path, other, **{path: name, digest: stated}))


def appended(data: bytes) -> bytes:
    """As an archive behind the first one."""
    return data + data


def prepended(data: bytes) -> bytes:
    return b"#!/bin/sh\n" + data


def with_bytes_behind_a_file(data: bytes) -> bytes:
    """After the end of a compressed stream, where its size says that it goes on."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        first, directory = archive.infolist()[0], archive.start_dir
    sizes = struct.pack("<3L", first.CRC, first.compress_size, first.file_size)
    longer = struct.pack("<3L", first.CRC, first.compress_size + 4, first.file_size)
    end = 30 + len(first.filename) + first.compress_size
    second = struct.pack("<L", end)  # where the other entry begins, in the central directory
    moved = data[:end] + b"evil" + data[end:directory] + data[directory:].replace(second, struct.pack("<L", end + 4))
    return moved.replace(sizes, longer).replace(struct.pack("<L", directory), struct.pack("<L", directory + 4))


def rewritten(change: Any, *, backwards: bool = False) -> Any:
    """Packed anew by `zipfile`, with each entry changed."""

    def rewrite(data: bytes) -> bytes:
        packed = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
            for entry in reversed(old.infolist()) if backwards else old.infolist():
                content = old.read(entry)
                fresh = zipfile.ZipInfo(entry.filename, packaging.EPOCH)
                fresh.create_system, fresh.external_attr, fresh.compress_type = 3, packaging.MODE, zipfile.ZIP_DEFLATED
                change(new, fresh, content)
        return packed.getvalue()

    return rewrite


def as_link(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, content: bytes) -> None:
    entry.external_attr = 0o120777 << 16
    archive.writestr(entry, content)


def with_an_extra_field(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, content: bytes) -> None:
    """0x7075 gives an entry a second name, which some programs prefer."""
    entry.extra = b"\x75\x70\x09\x00\x01\x00\x00\x00\x00evil"
    archive.writestr(entry, content)


def with_a_comment(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, content: bytes) -> None:
    entry.comment = b"x"
    archive.writestr(entry, content)


def twice(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, content: bytes) -> None:
    """The first one is what some programs unpack, and the last one what Python reads."""
    evil = zipfile.ZipInfo(entry.filename, packaging.EPOCH)
    evil.create_system, evil.external_attr, evil.compress_type = 3, packaging.MODE, zipfile.ZIP_DEFLATED
    archive.writestr(evil, b"evil")
    archive.writestr(entry, content)


def plain(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, content: bytes) -> None:
    archive.writestr(entry, content)


def stored(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, content: bytes) -> None:
    archive.writestr(entry, content, zipfile.ZIP_STORED)


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    "change",
    [
        *(appended, prepended, with_bytes_behind_a_file),
        *(lambda data: data[:-1], lambda data: data[: len(data) // 2]),
        rewritten(plain, backwards=True),
        *(rewritten(each) for each in (as_link, with_an_extra_field, with_a_comment, twice, stored)),
    ],
)
def test_a_zip_in_which_two_programs_may_see_two_things_is_refused(tmp_path: Path, change: Any) -> None:
    """The files that Python finds in it, where it finds any, are those whose hash is stated."""
    made = built(tmp_path)
    data = change(made.path.read_bytes())
    with pytest.raises(ToolError, match="does not have the source_code_hash"):
        read_stacks(stack(tmp_path, data, filename=NAME, source_code_hash=made.source_code_hash))


def test_the_changes_above_are_such_that_python_finds_the_same_files(tmp_path: Path) -> None:
    """And packing anew alone changes nothing, so that it is the change that is refused."""
    data = built(tmp_path).path.read_bytes()
    assert rewritten(plain)(data) == data
    with zipfile.ZipFile(io.BytesIO(with_bytes_behind_a_file(data))) as archive:
        assert archive.testzip() is None
        assert archive.read("payments/processor.py") == b"x = 1"


def test_the_same_files_deflated_otherwise_are_the_same(tmp_path: Path) -> None:
    """As by the zlib of another machine."""
    made = built(tmp_path, "x = 1\n" * 1000)
    old = made.path.read_bytes()

    def harder(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, content: bytes) -> None:
        archive.writestr(entry, content, compresslevel=1)

    data = rewritten(harder)(old)
    assert data != old
    directory = stack(tmp_path, data, filename=NAME, source_code_hash=made.source_code_hash)
    assert len(read_stacks(directory)[0]) == 1


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    """Terraform cannot deploy it either; the account says that nothing was compared."""
    directory = stack(tmp_path, None, filename=NAME, source_code_hash="x")
    _, note = read_stacks(directory)
    assert note == "; 1 files that the JSON names do not exist, so their hashes were not compared"


@pytest.mark.parametrize("arguments", [{"filename": NAME}, {"filename": NAME, "source_code_hash": "${file()}"}, {}])
def test_what_states_no_hash_is_left_to_the_rules(tmp_path: Path, arguments: dict[str, Any]) -> None:
    """TAP-DOC-6 and TAP-DOC-2 find it, with a construct and a fix."""
    assert len(read_stacks(stack(tmp_path, b"zip", **arguments))[0]) == 1


def test_a_zip_that_would_fill_the_memory_is_none_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = built(tmp_path, "x" * 5000)
    monkeypatch.setattr(packaging, "LARGEST_CONTENT", 4000)
    with pytest.raises(ValueError, match="not exactly one compressed file"):
        packaging.unpack(made.path.read_bytes())
