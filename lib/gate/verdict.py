"""Writes verdict.json (which files passed or failed which policies), and compares a directory with it.

The file is an unsigned in-toto statement (github.com/in-toto/attestation, spec/v1) with SLSA's verification summary as
its predicate (slsa.dev/verification_summary/v1). It shows whether a file has changed since the check (integrity), but
not who wrote the verdict (authenticity): whoever can write the file can replace it.
"""

from __future__ import annotations

import json
import os
import platform
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import lib
from lib.environments import ROOT
from lib.errors import ToolError
from lib.gate import digests, json_lines
from lib.gate.stacks import read_stacks
from lib.gate.terraform_init import pinned_provider

if TYPE_CHECKING:
    from lib.reports import Report

FILE = "verdict.json"
STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "https://slsa.dev/verification_summary/v1"
SLSA_VERSION = "1.2"
# A package URL (github.com/package-url/purl-spec); the part after # is a path in the project.
PROJECT = f"pkg:generic/payments-infrastructure@{lib.__version__}"
# SLSA allows custom values in verifiedLevels.
PASSED_LEVEL = "PAYMENTS_POLICIES"
# Folders and files that determine a verdict, relative to the project.
POLICY = ("policies", "policies/waivers.yaml", ".checkov.yaml", "lib/aspects")
# Entry of POLICY -> its path, for a project with other paths.
Sources = Mapping[str, Path]
SHA256 = re.compile("[0-9a-f]{64}")


def write(report: Report, folder: Path, sources: Sources | None = None) -> None:
    """Write verdict.json beside the reports. Raises ToolError if the folder is not writable.

    `sources`: the policies, settings and waivers of the check, if they are not this project's.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps(statement(report, datetime.now(UTC), sources), indent=2, ensure_ascii=False)
        (folder / FILE).write_text(f"{text}\n", encoding="utf-8")
    except OSError as error:
        raise ToolError(
            f"{folder}: the verdict cannot be written ({error.strerror}); choose a folder with --reports"
        ) from error


def clear(folder: Path) -> None:
    """Remove an earlier run's verdict, so that it cannot be taken for the verdict of a run that fails."""
    try:
        (folder / FILE).unlink(missing_ok=True)
    except OSError as error:
        raise ToolError(f"{folder / FILE}: cannot be removed ({error.strerror}); remove it") from error


def statement(report: Report, now: datetime, sources: Sources | None = None) -> dict[str, Any]:
    """Return the document. For the same input it differs only by the time."""
    result, level = ("PASSED", PASSED_LEVEL) if report.passed else ("FAILED", "FAILED")
    counts = ("findings", "waived", "skipped", "complaints")
    return {
        "_type": STATEMENT,
        "subject": [{"name": name, "digest": {"sha256": digest}} for name, digest in sorted(report.files.items())],
        "predicateType": PREDICATE,
        "predicate": {
            "verifier": {"id": f"{PROJECT}#lib/gate", "version": _tools(report)},
            "timeVerified": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "resourceUri": _resource(report.files),
            "policy": _policy(sources),
            "verificationResult": result,
            "verifiedLevels": [level],
            "slsaVersion": SLSA_VERSION,
            # Custom fields must have a URI as name.
            f"{PROJECT}#account": {**report.account, **{name: len(getattr(report, name)) for name in counts}},
        },
    }


def verify(file: Path, directory: Path, sources: Sources | None = None) -> str:
    """Return one line that says how `directory` or the policies differ from those that passed; empty if they do not.

    Raises ToolError if the verdict cannot be read, or if the directory does not exist.
    """
    result, subjects, policy = _read(file)
    if result != "PASSED":
        return f"{file} is about stacks that did not pass"
    if not directory.is_dir():
        raise ToolError(f"{directory}: this directory, to be compared with {file}, does not exist")
    directory = directory.resolve()
    try:
        stacks, _ = read_stacks(directory)
    except ToolError as refusal:  # a directory that the gate refuses cannot have passed
        return str(refusal)
    found = dict(pair for stack in stacks for pair in stack.files(directory))
    today: dict[str, str] = _policy(sources)["annotations"]
    return next(chain(_differences(subjects, found), _differences(policy, today)), "")


def _differences(then: Mapping[str, str], now: Mapping[str, str]) -> Iterator[str]:
    for name in sorted({*then, *now}):
        if name not in now:
            yield f"{name} has passed, but does not exist"
        elif name not in then:
            yield f"{name} exists, but has not passed"
        elif then[name] != now[name]:
            yield f"{name} was changed: it had the SHA-256 {then[name]}, and has {now[name]}"


def _read(file: Path) -> tuple[str, dict[str, str], dict[str, str]]:
    """Return result, digests of the subjects, and digests of the policy. Unknown fields are ignored."""
    try:
        document = json_lines.parse(file.read_bytes().decode())[0]
        if (document["_type"], document["predicateType"]) != (STATEMENT, PREDICATE):
            raise ValueError(f"is {document['predicateType']} in {document['_type']}")
        predicate = document["predicate"]
        result = predicate["verificationResult"]
        pairs = [(subject["name"], subject["digest"]["sha256"]) for subject in document["subject"]]
        policy = dict(predicate["policy"]["annotations"])
        if result not in ("PASSED", "FAILED"):
            raise ValueError(f"verificationResult is {result!r}")
        if len(dict(pairs)) != len(pairs):
            raise ValueError("names a subject twice")
        for name, digest in (*pairs, *policy.items()):
            if not isinstance(name, str) or not SHA256.fullmatch(digest):
                raise ValueError(f"{digest!r} of {name!r} is not a SHA-256")
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ToolError(f"{file}: is not a verdict of main.py or of the gate ({error!r}); run one of them") from error
    return result, dict(pairs), policy


def _tools(report: Report) -> dict[str, str]:
    provider = pinned_provider()
    return {
        "payments-infrastructure": lib.__version__,
        "python": platform.python_version(),
        **({"checkov": report.checkov} if report.checkov else {}),
        provider.address: provider.version,
    }


def _resource(files: Mapping[str, str]) -> str:
    """Return the folder of the stack, or the common folder of all stacks."""
    folder = os.path.commonpath([os.path.dirname(name) for name in files if name.endswith(".tf.json")] or [""])  # noqa: PTH120 - a name
    return f"{PROJECT}#{quote(folder)}" if folder else PROJECT


def _policy(sources: Sources | None) -> dict[str, Any]:
    """Return a resource descriptor of the policies; if the digest differs, the annotations show which file changed."""
    places = {name: ROOT / name for name in POLICY} | dict(sources or {})
    found = {name: path for name, path in places.items() if path.exists()}  # waivers are optional
    every = {inner: file for name, path in found.items() for inner, file in _files(name, path)}
    annotations = {
        name: digests.of_files(dict(_files(name, path))) if path.is_dir() else digests.of_file(path)
        for name, path in found.items()
    }
    return {
        "uri": f"{PROJECT}#policies",
        "digest": {"dirHash": digests.of_files(every)},
        "annotations": annotations,
    }


def _files(name: str, root: Path) -> Iterator[tuple[str, Path]]:
    """Yield (path that begins with `name`, file) of a file, or of each file in a folder."""
    for path in root.rglob("*") if root.is_dir() else [root]:
        if path.is_file() and "__pycache__" not in path.parts:
            yield (PurePosixPath(name) / path.relative_to(root)).as_posix(), path
