"""Loads policies/ and .checkov.yaml. It raises an error for a policy or setting that Checkov would ignore silently."""

# mypy: disable-error-code="import-not-found"
from __future__ import annotations

import re
import runpy
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml
from checkov.common.checks_infra.registry import get_graph_checks_registry
from checkov.terraform.checks.resource.registry import resource_registry

from .messages import BuiltInCheck
from .surroundings import Complaints, GateError

ENDINGS = (".yaml", ".py")
# Files in policies/ that are not policies; modules and data shared by policies begin with an underscore.
NOT_POLICIES = ("README.md", "__pycache__", "deploy-role.json", "waivers.yaml")
# The module that reads _conventions.toml. It raises ValueError for a wrong value.
CONVENTIONS = "_conventions.py"
# Built-in checks that cannot be waived: Checkov's category ENCRYPTION, and checks with these words in the title. Public
# access and deletion protection have no category: their checks are in NETWORKING, IAM and GENERAL_SECURITY.
UNWAIVABLE = re.compile(
    r"encrypt|\bKMS\b|\bCMKs?\b|\bTLS\b|\bSSL\b|\bHTTPS?\b|secure (data )?transport|secure protocols"
    r"|\bpublic(ly)?\b|0\.0\.0\.0|open to the world|(deletion|termination) protection",
    re.IGNORECASE,
)

# The settings with which plain Checkov gives the gate's verdict; other settings could make it check less.
SETTINGS = {
    "directory": ["cdktf.out"],
    "framework": ["terraform_json"],
    "external-checks-dir": ["policies"],
    "skip-download": True,
    "quiet": True,
    "compact": True,
}


def load_built_in() -> None:
    """Load Checkov's built-in YAML checks; its Python checks register themselves when they are imported."""
    get_graph_checks_registry("terraform").load_checks()


def graph_checks() -> list[Any]:
    """Return Checkov's YAML checks, including ours once they are loaded."""
    checks: list[Any] = get_graph_checks_registry("terraform").checks
    return checks


def python_checks() -> list[Any]:
    """Return every registered Python check of any kind."""
    checks: list[Any] = resource_registry.get_all_registered_checks()
    return checks


def known_ids() -> set[str]:
    """Return the ids of all loaded checks."""
    return {check.id for check in (*graph_checks(), *python_checks())}


def built_in_checks(policies: dict[str, Any]) -> dict[str, BuiltInCheck]:
    """Return Checkov's built-in checks by id, without those in `policies`."""
    return {
        check.id: {"title": check.name, "waivable": not _protects(check)}
        for check in (*graph_checks(), *python_checks())
        if check.id not in policies
    }


def _protects(check: Any) -> bool:
    categories = getattr(check, "categories", None) or [check.category]
    names = {str(getattr(category, "name", category)).upper() for category in categories}
    return "ENCRYPTION" in names or UNWAIVABLE.search(check.name) is not None


def load_policies(directory: Path, complaints: Complaints) -> dict[str, Any]:
    """Load every policy of `directory`; return id -> Checkov's check.

    Raises GateError unless each file contains exactly one policy, whose id is the file's name.
    """
    files = _files(directory)
    _check_conventions(directory)
    built_in = known_ids()
    graph_before, python_before = len(graph_checks()), len(python_checks())
    try:
        resource_registry.load_external_checks(str(directory))
        _load_yaml(path for path in files if path.suffix == ".yaml")
    except yaml.YAMLError as error:
        raise GateError(f"{directory}: a policy is not YAML ({' '.join(str(error).split())}); repair it") from error

    by_file: dict[Path, list[Any]] = {}
    for check in graph_checks()[graph_before:]:
        by_file.setdefault(directory / Path(check.check_path).name, []).append(check)
    for check in python_checks()[python_before:]:
        by_file.setdefault(Path(sys.modules[type(check).__module__].__file__ or "unknown"), []).append(check)
    policies = {path.stem: _only_policy(path, by_file.pop(path, []), built_in, complaints) for path in files}
    for path in by_file:
        raise GateError(f"{path}: a policy was loaded from this file, which is not in {directory.name}/; remove it")
    complaints.refuse(f"repair the files in {directory.name}/")
    return policies


def _check_conventions(directory: Path) -> None:
    """Raise GateError for a wrong convention. Checkov's own message would name a policy, and not the wrong value."""
    if (directory / CONVENTIONS).is_file():
        try:
            runpy.run_path(str(directory / CONVENTIONS))
        except ValueError as error:
            raise GateError(str(error)) from error


def _load_yaml(files: Iterable[Path]) -> None:
    """Copy the policies to a temporary directory, because Checkov reads every YAML file of a directory."""
    with TemporaryDirectory(prefix="policies-") as only_policies:
        for file in files:
            Path(only_policies, file.name).symlink_to(file)
        get_graph_checks_registry("terraform").load_external_checks(only_policies)


def _files(directory: Path) -> list[Path]:
    if not directory.is_dir():
        raise GateError(f"{directory}: this directory of policies does not exist; restore it")
    names = sorted(path.name for path in directory.iterdir())
    shared = {name for name in names if name[0] == "_" and name.endswith((".py", ".jsonl", ".toml", ".txt"))}
    files = [directory / name for name in names if name not in NOT_POLICIES and name not in shared]
    for path in files:
        if path.is_symlink() or not path.is_file() or path.suffix not in ENDINGS:
            raise GateError(f"{path}: is not a policy (a regular .yaml or .py file); move it elsewhere")
    if not files:
        raise GateError(f"{directory}: contains no policy, so nothing would be checked; restore them")
    for stem, count in Counter(path.stem for path in files).items():
        if count > 1:
            raise GateError(f"{directory}: {stem} exists as .yaml and as .py; keep one")
    return files


def _only_policy(path: Path, checks: list[Any], built_in: set[str], complaints: Complaints) -> Any:
    if not checks:
        reason = next((line for line in complaints.lines if path.stem in line), None) or _why_not_loaded(path, built_in)
        raise GateError(f"{path}: no policy was loaded from it: {reason}; repair it or remove it")
    if len(checks) > 1:
        raise GateError(f"{path}: contains {len(checks)} policies; write one in each file, named after its id")
    check = checks[0]
    if check.id != path.stem:
        raise GateError(f"{path}: the policy in it has the id {check.id}; give file and policy the same name")
    if check.id in built_in:
        raise GateError(f"{path}: Checkov has a built-in check {check.id}; choose another id")
    if not str(check.guideline or "").strip():
        raise GateError(f"{path}: the policy does not say how to fix a finding; add metadata.guideline")
    return check


def _why_not_loaded(path: Path, built_in: set[str]) -> str:
    # Checkov drops these policies with an INFO line, or silently.
    if path.suffix == ".py":
        return "it creates no check" if (path.parent / "__init__.py").is_file() else "__init__.py is missing"
    try:
        declared = yaml.safe_load(path.read_text())["metadata"]["id"]
    except (yaml.YAMLError, UnicodeDecodeError, TypeError, KeyError):
        return "it is not a policy"
    taken = "a built-in check of Checkov" if declared in built_in else "another policy"
    return f"its id {declared} is already used by {taken}"


def read_config(path: Path, policies: dict[str, Any]) -> dict[str, str]:
    """Return the skipped checks of .checkov.yaml: id -> reason.

    Raises GateError for settings with which plain Checkov would check less than the gate.
    """
    if not path.is_file():
        raise GateError(f"{path}: this file does not exist; restore it")
    text = path.read_text()
    try:
        config = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise GateError(f"{path}: is not YAML ({' '.join(str(error).split())}); repair it") from error
    if not isinstance(config, dict):
        raise GateError(f"{path}: contains no settings; restore it")
    for key in config.keys() - {*SETTINGS, "skip-check"}:
        raise GateError(f"{path}: the setting {key} could make Checkov check less than the gate; remove it")
    for key, value in SETTINGS.items():
        if config.get(key) != value:
            raise GateError(f"{path}: {key} is {config.get(key)!r}; set it to {value!r}")
    skips = config.get("skip-check") or []
    if not isinstance(skips, list):
        raise GateError(f"{path}: skip-check is {skips!r}; write it as a list with one id on each line")
    return {check_id: _reason(path, text, check_id, policies) for check_id in _without_doubles(path, skips)}


def _without_doubles(path: Path, skips: list[Any]) -> list[str]:
    for check_id, count in Counter(str(skip) for skip in skips).items():
        if count > 1:
            raise GateError(f"{path}: {check_id} is skipped twice; remove one")
    return [str(skip) for skip in skips]


def _reason(path: Path, text: str, check_id: str, policies: dict[str, Any]) -> str:
    if check_id in policies:
        raise GateError(f"{path}: {check_id} is one of our rules, which cannot be skipped; remove it")
    if check_id not in known_ids():
        raise GateError(f"{path}: {check_id} is skipped, but no such check exists; remove it")
    for line in text.splitlines():
        entry, _, reason = line.partition("#")
        if entry.strip() == f"- {check_id}" and len(reason.split()) >= 3:
            return reason.strip()
    raise GateError(f"{path}: {check_id} is skipped without a reason; add it as a comment")
