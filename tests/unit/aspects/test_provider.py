"""The provider's data: what stands in the repository is what the provider says, is judged, and both judges know it."""

from __future__ import annotations

import json
import os
import subprocess
from typing import Any

import pytest

from lib.aspects.provider import generate, judged
from lib.aspects.provider.arguments import extract
from lib.aspects.provider.data import (
    ARGUMENTS,
    ARGUMENTS_FILE,
    FACTS,
    FACTS_FILE,
    JUDGMENTS,
    classified,
    grouped,
    matches,
)
from lib.aspects.provider.projection import facts
from lib.deploy import terraform
from lib.deploy.progress import Shown
from lib.environments import ROOT, VENV_CHECKOV, python_of

SECOND = {
    line["type"]: line for line in map(json.loads, (ROOT / "policies" / "_provider.jsonl").read_text().splitlines())
}


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    """The provider's own schema. Without the provider this fails: data that nobody can check is stale."""
    return generate.read_schema(tuple(terraform.find(Shown())))


def test_the_facts_are_the_providers(schema: dict[str, Any]) -> None:
    found = facts(schema)
    changed = {type_ for type_ in found.keys() | FACTS.keys() if found.get(type_) != FACTS.get(type_)}
    assert changed == set(), "run python -m lib.aspects.provider.generate"
    assert generate.written(found) == FACTS_FILE.read_text()


def test_the_arguments_are_the_providers(schema: dict[str, Any]) -> None:
    """Those of every classified type, and what is sensitive in any."""
    assert generate.written(extract(schema, classified())) == ARGUMENTS_FILE.read_text(), (
        "run python -m lib.aspects.provider.generate"
    )


@pytest.mark.parametrize(
    ("type_", "path"),
    [
        ("aws_lb_listener", "default_action.authenticate_oidc.client_secret"),
        ("aws_iam_access_key", "secret"),
        ("aws_glue_connection", "connection_properties.*"),
        ("aws_docdb_cluster", "master_password_wo"),  # write-only, and not marked as sensitive
    ],
)
def test_secrets_are_among_the_sensitive(type_: str, path: str) -> None:
    assert path in ARGUMENTS[type_]["sensitive"]


def test_the_second_judges_facts_are_the_providers(schema: dict[str, Any]) -> None:
    """Read by its own code, in its own words."""
    code = "import json, sys; sys.path.insert(0, 'policies'); import _provider; "
    code += "print(json.dumps(_provider.read(json.load(sys.stdin)) == _provider.TYPES))"
    run = subprocess.run(
        [python_of(VENV_CHECKOV), "-c", code], cwd=ROOT, input=json.dumps(schema), capture_output=True, text=True
    )
    assert run.stdout.strip() == "true", run.stderr or "run policies/_provider.py"


def test_everything_is_judged() -> None:
    assert list(generate.complaints(FACTS)) == []


@pytest.mark.parametrize("path", ["kms_something", "encrypted_somehow", "deletion_protection_mode.x_protection"])
def test_what_nobody_judged_is_named(path: str) -> None:
    kind = "protects" if "protection" in path else "encrypts"
    assert list(generate.complaints({"aws_new": {kind: [path]}})) == [f"aws_new.{path} ({kind})"]


def test_a_new_type_that_may_hold_data_is_named() -> None:
    assert list(generate.complaints({"aws_new_database": {}})) == ["aws_new_database: may hold data"]


def test_no_judgment_is_about_nothing() -> None:
    """A pattern that fits no type or argument any more is a misspelling, or outlived what it was about."""
    paths = [
        f"{type_}.{path}" for type_, of_type in FACTS.items() for kind in judged.KINDS for path in of_type.get(kind, ())
    ]
    argument_patterns = [
        *grouped("encryption", "not_at_rest"),
        *grouped("encryption", "only_if_said"),
        *(pattern for kind in JUDGMENTS["teardown"] for pattern in grouped("teardown", kind, "harmless")),
    ]
    type_patterns = [
        *grouped("covered"),
        *grouped("stateless"),
        *grouped("names", "not_ours"),
        *JUDGMENTS["uncovered"]["types"],
    ]
    assert [one for one in argument_patterns if not any(matches((one,), path) for path in paths)] == []
    assert [one for one in type_patterns if not any(matches((one,), type_) for type_ in FACTS)] == []


@pytest.mark.parametrize(
    "asked",
    [
        ("aws_rds_cluster", "storage_encrypted", "on"),
        ("aws_rds_cluster", "kms_key_id", "keys"),
        ("aws_efs_file_system", "encrypted", "on"),
        ("aws_kinesis_stream", "encryption_type", "modes"),
        ("aws_msk_cluster", "encryption_info.encryption_at_rest_kms_key_arn", "keys"),
        ("aws_instance", "root_block_device.kms_key_id", "keys"),
        ("aws_mq_broker", "encryption_options.use_aws_owned_key", "off"),
    ],
)
def test_well_known_arguments_are_among_the_judged(asked: tuple[str, str, str]) -> None:
    type_, path, role = asked
    assert (path, role) in judged.encryption(type_)


def test_both_judges_know_the_same() -> None:
    """Types, tags, names, and the role of each argument about encryption."""
    assert SECOND.keys() == FACTS.keys()
    for type_, of_type in FACTS.items():
        assert SECOND[type_].get("name") == of_type.get("name"), type_
        assert SECOND[type_].get("tags") == of_type.get("tags"), type_
        assert SECOND[type_].get("encryption", []) == of_type.get("encrypts", []), type_


def test_both_judges_conclude_the_same() -> None:
    """What each argument has to say and which may be left out; which types no key protects; whose names are ours."""
    code = (
        "import json, sys; sys.path.insert(0, 'policies'); import _encryption, _names, _provider; "
        "print(json.dumps({kind: [sorted(['.'.join(steps), want, silent] for steps, want, silent in "
        "_encryption.asked(kind)), bool(_encryption.WITHOUT_KEY.fullmatch(kind)), _names.is_ours(kind)] "
        "for kind in _provider.TYPES}))"
    )
    run = subprocess.run(
        [python_of(VENV_CHECKOV), "-c", code], cwd=ROOT, capture_output=True, text=True, env={**os.environ}
    )
    assert run.returncode == 0, run.stderr
    second = json.loads(run.stdout)
    words = {"keys": "key", "on": "yes", "off": "no", "modes": "word"}
    asked_by = JUDGMENTS["encryption"]["asked_by"]
    for type_ in FACTS:
        silent = grouped("encryption", "only_if_said")
        first = [
            [
                sorted(
                    [path, words[role], matches(silent, f"{type_}.{path}") and path.split(".")[-1] not in asked_by]
                    for path, role in judged.encryption(type_)
                ),
                judged.is_uncovered(type_),
                not matches(grouped("names", "not_ours"), type_),
            ]
        ]
        assert first == [second[type_]], type_


def test_the_second_judges_taggable_types_are_the_first_s() -> None:
    """Each judge has read the schema by itself."""
    second = sorted(type_ for type_, of_type in SECOND.items() if of_type.get("tags"))
    assert second == sorted(type_ for type_, of_type in FACTS.items() if of_type.get("tags"))
