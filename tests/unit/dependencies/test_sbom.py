"""The SBOM lists what is in the Lambda zip, is valid, and is the same for the same zip."""

from __future__ import annotations

import json
import re
import zipfile
from importlib.metadata import distributions
from typing import Any

import pytest

from lib import packaging
from lib.environments import LAMBDA_DEPENDENCIES, ROOT

from .conftest import Run

pytestmark = pytest.mark.slow
PRINT = "from lib.dependencies import sbom; print(sbom.document(), end='')"


@pytest.fixture(scope="module")
def text(run: Run) -> str:
    done = run("-c", PRINT)
    assert done.stderr == ""
    return done.stdout


@pytest.fixture(scope="module")
def document(text: str) -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads(text)
    return parsed


def test_the_components_are_the_packages_of_the_lambda_lock(document: dict[str, Any]) -> None:
    lock = (ROOT / "requirements" / "lambda.txt").read_text()
    pins = re.findall(r"^([a-z0-9-]+)==(\S+)", lock, re.MULTILINE)
    assert [(one["name"], one["version"]) for one in document["components"]] == sorted(pins)
    assert {one["purl"] for one in document["components"]} == {f"pkg:pypi/{name}@{version}" for name, version in pins}
    assert all(one["licenses"] for one in document["components"])


def test_every_file_of_the_zip_is_ours_or_a_components(document: dict[str, Any]) -> None:
    """Nothing is in the zip beside what the SBOM lists."""
    named = {one["name"] for one in document["components"]}
    theirs = {
        str(file)
        for one in distributions(path=[str(LAMBDA_DEPENDENCIES)])
        if one.name.lower().replace("_", "-") in named
        for file in one.files or ()
    }
    with zipfile.ZipFile(packaging.lambda_zip().path) as archive:
        assert [name for name in archive.namelist() if not name.startswith("payments/") and name not in theirs] == []


def test_it_names_the_zip_as_the_stacks_json_does(document: dict[str, Any]) -> None:
    (stated,) = document["metadata"]["component"]["properties"]
    assert stated == {
        "name": "aws:lambda:source_code_hash",
        "value": packaging.lambda_zip().source_code_hash,
    }


def test_it_says_what_needs_what(document: dict[str, Any]) -> None:
    needs = {one["ref"].split("@")[0]: one.get("dependsOn", []) for one in document["dependencies"]}
    assert len(needs["lambda.zip"]) == len(document["components"])
    assert [one.split("@")[0] for one in needs["boto3"]] == ["botocore", "jmespath", "s3transfer"]
    assert needs["jmespath"] == []


def test_a_document_that_is_not_valid_is_refused(run: Run) -> None:
    """`document` has checked its own text against the schema that the library carries: a wrong member is refused."""
    spoiled = PRINT.replace(
        "print(", 'sbom.JsonV1Dot6.output_as_string = lambda *_, **__: \'{"bomFormat": "X"}\'; print('
    )
    done = run("-c", spoiled)
    assert "is not valid CycloneDX 1.6" in done.stderr


def test_the_same_zip_gives_the_same_bytes(run: Run, text: str) -> None:
    """Whatever the order of hashes and the time."""
    assert run("-c", PRINT, PYTHONHASHSEED="7").stdout == text
    assert "timestamp" not in text
