"""The provider's data: what stands in the repository is what the provider says, and what people decided of it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from lib.aspects.provider import encryption_roles, generate
from lib.aspects.provider.arguments import PROVIDER, extract, resource_schemas
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
from lib.console.progress import ConsoleProgress
from lib.environments import ROOT, VENV_CHECKOV, python_of
from lib.terraform import terraform

pytestmark = pytest.mark.slow

SECOND = {
    line["type"]: line for line in map(json.loads, (ROOT / "policies" / "_provider.jsonl").read_text().splitlines())
}


def paths_of(block: dict[str, Any], prefix: str = "") -> Iterator[str]:
    """The dotted path of each argument, attribute and block."""
    for name in block.get("attributes", {}):
        yield prefix + name
    for name, nested in block.get("block_types", {}).items():
        yield prefix + name
        yield from paths_of(nested["block"], f"{prefix}{name}.")


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    """The provider's own schema. Without the provider this fails: data that nobody can check is stale."""
    return generate.read_schema(tuple(terraform.find(ConsoleProgress())))


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


def test_an_unclassified_type_has_its_sensitive_arguments_only() -> None:
    attributes = {
        "arn": {"type": "string", "computed": True},
        "name": {"type": "string", "required": True},
        "token": {"type": "string", "optional": True, "sensitive": True},
    }
    types = {type_: {"block": {"attributes": attributes}} for type_ in ("aws_classified", "aws_other")}
    schema = {"provider_schemas": {PROVIDER: {"resource_schemas": types, "data_source_schemas": types}}}
    assert extract(schema, {"aws_classified"}) == {
        "aws_classified": {"sensitive": ["token"], "settable": ["name", "token"], "computed": ["arn"]},
        "aws_other": {"sensitive": ["token"]},
    }


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


def test_no_judgment_is_about_nothing(schema: dict[str, Any]) -> None:
    """A pattern that fits no type or argument any more is a misspelling, or outlived what it was about."""
    patterns = [
        *grouped("encryption", "not_at_rest"),
        *grouped("encryption", "only_if_given"),
        *JUDGMENTS["encryption"]["more"],
        *JUDGMENTS["encryption"]["required_blocks"],
        *JUDGMENTS["encryption"]["unless"],
        *JUDGMENTS["teardown"]["forces"]["by_default"],
        *JUDGMENTS["egress"]["also"],
        *JUDGMENTS["egress"]["not"],
        *(f"{type_}.{argument}" for type_, argument in JUDGMENTS["names"]["also"].items()),
    ]
    paths = {f"{type_}.{path}" for type_, block in resource_schemas(schema).items() for path in paths_of(block)}
    assert [one for one in patterns if not any(matches((one,), path) for path in paths)] == []


def test_judgments_are_about_types_of_the_catalogue() -> None:
    """Of any other type TAP-DOC-4 asks for a classification, and a waiver leaves the facts to speak for it."""
    of_arguments = [
        *grouped("encryption", "only_if_given"),
        *JUDGMENTS["encryption"]["more"],
        *JUDGMENTS["encryption"]["required_blocks"],
        *JUDGMENTS["encryption"]["unless"],
        *JUDGMENTS["teardown"]["forces"]["by_default"],
        *JUDGMENTS["egress"]["also"],
        *JUDGMENTS["egress"]["not"],
    ]
    types = [
        *(one.partition(".")[0] for one in of_arguments),
        *JUDGMENTS["names"]["also"],
        *grouped("names", "not_ours"),
    ]
    assert [one for one in types if not any(matches((one,), type_) for type_ in classified())] == []


@pytest.mark.parametrize(
    ("path", "role"),
    [
        ("storage_encrypted", "on"),
        ("at_rest_encryption_enabled", "on"),
        ("kms_key_id", "key"),
        ("server_side_encryption.kms_key_identifier", "key"),
        ("encryption_configuration.encryption_type", "mode"),
        ("use_aws_owned_key", "off"),
        ("encryption_disabled", "off"),
        ("kms_data_key_reuse_period_seconds", None),
        ("catalog_encryption_service_role", None),
    ],
)
def test_an_argument_says_by_its_name_what_it_holds(path: str, role: str | None) -> None:
    assert encryption_roles.role(path) == role


@pytest.mark.parametrize(
    "asked",
    [
        ("aws_rds_cluster", "storage_encrypted", "on"),
        ("aws_rds_cluster", "kms_key_id", "key"),
        ("aws_efs_file_system", "encrypted", "on"),
        ("aws_kinesis_stream", "encryption_type", "mode"),
        ("aws_msk_cluster", "encryption_info.encryption_at_rest_kms_key_arn", "key"),
        ("aws_instance", "root_block_device.kms_key_id", "key"),
        ("aws_mq_broker", "encryption_options.use_aws_owned_key", "off"),
    ],
)
def test_well_known_arguments_are_among_the_judged(asked: tuple[str, str, str]) -> None:
    type_, path, role = asked
    assert (path, role) in encryption_roles.encryption(type_)


def test_both_judges_know_the_same() -> None:
    """Types, tags, names, and the role of each argument about encryption."""
    assert SECOND.keys() == FACTS.keys()
    for type_, of_type in FACTS.items():
        assert SECOND[type_].get("name") == of_type.get("name"), type_
        assert SECOND[type_].get("tags") == of_type.get("tags"), type_
        assert SECOND[type_].get("encryption", []) == of_type.get("encrypts", []), type_


def test_the_second_judges_taggable_types_are_the_first_s() -> None:
    """Each judge has read the schema by itself."""
    second = sorted(type_ for type_, of_type in SECOND.items() if of_type.get("tags"))
    assert second == sorted(type_ for type_, of_type in FACTS.items() if of_type.get("tags"))
