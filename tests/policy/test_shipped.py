"""policies/ and .checkov.yaml as they are shipped: used, independent, and good for plain Checkov too."""

from __future__ import annotations

import ast
import copy
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from lib.environments import ROOT, VENV, VENV_CHECKOV
from lib.gate import Gate
from lib.settings import PAYMENT_GATEWAYS

from .shipped import synthesized
from .stacks import write_stacks

POLICIES = ROOT / "policies"


@pytest.fixture(scope="session")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What plain Checkov needs of this repository, to be run in."""
    root = tmp_path_factory.mktemp("repository")
    shutil.copytree(POLICIES, root / "policies", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / ".checkov.yaml", root)
    shutil.copytree(ROOT / "docs" / "runbooks", root / "docs" / "runbooks")
    return root


def plain_checkov(root: Path) -> tuple[int, set[tuple[str, str]]]:
    """Exit code, and (check, resource's name) of what failed."""
    done = subprocess.run(
        [VENV_CHECKOV / "bin" / "checkov", "--config-file", ".checkov.yaml", "--output", "json"],
        cwd=root,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        timeout=120,
    )
    failed = json.loads(done.stdout)["results"]["failed_checks"]
    return done.returncode, {(check["check_id"], check["resource"].rpartition(".")[2]) for check in failed}


def test_plain_checkov_gives_the_same_verdict(repository: Path, document: dict[str, Any]) -> None:
    """On the shipped stack, and on one with faults that every kind of policy finds."""
    out = repository / "cdktf.out"
    write_stacks(out, {"good": document})
    assert plain_checkov(repository) == (0, set())
    shutil.rmtree(out)

    bad = copy.deepcopy(document)
    del bad["resource"]["aws_s3_bucket_versioning"]
    for table in bad["resource"]["aws_dynamodb_table"].values():
        table.update(name="transactions", deletion_protection_enabled=True, tags={}, point_in_time_recovery=[])
    for topic in bad["resource"]["aws_sns_topic"].values():
        del topic["kms_master_key_id"]
    write_stacks(out, {"bad": bad})
    with Gate() as gate:
        found = gate.judge(out).findings
    assert {finding.rule_id for finding in found} >= {
        *("TAP-NAME-1", "TAP-ENC-3", "TAP-REC-1", "TAP-REC-2", "TAP-DEL-1", "TAP-TAG-1", "CKV_AWS_26", "CKV_AWS_28")
    }
    assert plain_checkov(repository) == (
        1,
        {(finding.rule_id, finding.resource.rpartition(".")[2]) for finding in found},
    )


def test_the_stack_is_clean_with_each_gateway(tmp_path: Path) -> None:
    """The aspects have judged it when it is written; then the gate does."""
    stacks = {gateway: synthesized(tmp_path / gateway, gateway) for gateway in PAYMENT_GATEWAYS}
    assert "aws_secretsmanager_secret" in stacks["stripe"]["resource"]
    assert "aws_secretsmanager_secret" not in stacks["simulated"]["resource"]
    write_stacks(tmp_path / "out", stacks)
    with Gate() as gate:
        assert list(gate.judge(tmp_path / "out").findings) == []


def test_every_skip_lets_something_through(tmp_path: Path, document: dict[str, Any]) -> None:
    """One that does not is to be removed."""
    write_stacks(tmp_path, {"shipped": document})
    with Gate() as gate:
        report = gate.judge(tmp_path)
    assert {finding.rule_id for finding in report.skipped} == set(report.skips)


def test_policies_import_nothing_of_this_project() -> None:
    """Two judges that share code share its mistakes."""
    for file in (*POLICIES.glob("*.py"), *(ROOT / "lib" / "gate" / "checkov_worker").glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not [name for name in names if name.partition(".")[0] in ("lib", "main", "payments")], file


def test_a_python_policy_says_why_it_is_no_yaml() -> None:
    for file in POLICIES.glob("TAP-*.py"):
        assert (ast.get_docstring(ast.parse(file.read_text())) or "").startswith("In Python: "), file


def test_yaml_policies_speak_of_types_that_exist() -> None:
    """A misspelt type never fires. The provider's types are the modules of its bindings."""
    bindings = next(VENV.glob("lib/python*/site-packages/cdktf_cdktf_provider_aws"))
    known = {path.name.replace("_", "") for path in bindings.iterdir() if path.is_dir()}
    for file in POLICIES.glob("TAP-*.yaml"):
        types = set(_types(yaml.safe_load(file.read_text())["definition"]))
        assert types, file
        assert sorted(kind for kind in types if kind.removeprefix("aws_").replace("_", "") not in known) == [], file


def _types(condition: Any) -> Iterator[str]:
    if isinstance(condition, dict):
        for key in ("resource_types", "connected_resource_types"):
            yield from condition.get(key, [])
        for value in condition.values():
            yield from _types(value)
    elif isinstance(condition, list):
        for item in condition:
            yield from _types(item)
