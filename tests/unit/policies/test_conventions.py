"""policies/_conventions.toml of another project: what is then right, and which values are refused."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from lib.environments import VENV_CHECKOV, python_of

from .conftest import POLICIES

TOML = """
name = "acme-{purpose}-{suffix}"
tags = ["Team"]
provider_version = "6.0.0"
runtimes = ["python3.13"]
metrics_namespace = "Orders/{suffix}"
alert_protocols = ["https"]
sending_variables = ["ORDERS_TABLE"]

[state]
backend = "local"
literals = ["path"]
flags = []
path = "path"
form = "orders/{suffix}/terraform.tfstate"

[runbook]
link = "https://wiki/{name}"

[resource_types]
aws_sqs_queue = "queue"

[variables]
ORDERS_TABLE = ["&aws_dynamodb_table"]

[metrics."shop.main"]
OrdersLost = "failures"
"""
STATE = {"backend": {"local": {"path": "orders/dev/terraform.tfstate"}}}
FUNCTION = {
    "function_name": "acme-shop-dev",
    "runtime": "python3.13",
    "handler": "shop.main",
    "environment": {
        "variables": {
            "ORDERS_TABLE": "${aws_dynamodb_table.t.name}",
            "POWERTOOLS_METRICS_NAMESPACE": "Orders/dev",
            "POWERTOOLS_SERVICE_NAME": "shop",
        }
    },
}
ALARM = {
    "alarm_name": "acme-orders-lost-dev",
    "alarm_description": "Orders were lost. https://wiki/orders-lost",
    "namespace": "Orders/dev",
    "metric_name": "OrdersLost",
    "dimensions": {"service": "shop"},
}


def own_policies(folder: Path, toml: str = TOML) -> Path:
    """A copy of policies/ with values of its own."""
    shutil.copytree(POLICIES, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "_conventions.toml").write_text(toml)
    return folder


def violations(policies: Path, questions: list[tuple[str, dict[str, Any]]]) -> list[list[str]]:
    """The texts of the violations of each (rule, document), from one process: Checkov's import takes seconds."""
    lines = "".join(json.dumps({"rule": rule, "document": document}) + "\n" for rule, document in questions)
    command = [python_of(VENV_CHECKOV), Path(__file__).with_name("judge_documents.py"), policies]
    done = subprocess.run(command, input=lines, capture_output=True, text=True, check=True)
    return [[text for _, text in json.loads(line)] for line in done.stdout.splitlines()]


def stack(resources: dict[str, Any], **terraform: Any) -> dict[str, Any]:
    """A document of resources of different types."""
    by_type = {address.split(".")[0]: {address.split(".")[1]: body} for address, body in resources.items()}
    return {"resource": by_type, "terraform": terraform or STATE}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        (
            "acme-{purpose}-{suffix}",
            {"acme-new-orders-dev": "", "orders-dev": "TAP-NAME-2", "acme-orders": "TAP-NAME-1"},
        ),
        ("{suffix}-{purpose}", {"dev-orders": "", "orders-dev": "TAP-NAME-1"}),
        (
            "acme-{suffix}-{purpose}-{resource-type}",
            {"acme-dev-orders-queue": "", "acme-dev-orders-sqs": "TAP-NAME-2", "acme-orders-dev-queue": "TAP-NAME-2"},
        ),
    ],
)
def test_names(tmp_path: Path, pattern: str, names: dict[str, str]) -> None:
    policies = own_policies(tmp_path / "policies", TOML.replace("acme-{purpose}-{suffix}", pattern))
    rules = ("TAP-NAME-1", "TAP-NAME-2")
    asked = [(rule, name) for name in names for rule in rules]
    found = violations(policies, [(rule, stack({"aws_sqs_queue.q": {"name": name}})) for rule, name in asked])
    assert {each for each, texts in zip(asked, found, strict=True) if texts} == {
        (rule, name) for name, rule in names.items() if rule
    }


@pytest.mark.slow
def test_each_value_decides(tmp_path: Path) -> None:
    """(rule, resource that is right, and one that would be in another project)"""

    def variables(**changes: str) -> dict[str, Any]:
        return {**FUNCTION, "environment": {"variables": {**FUNCTION["environment"]["variables"], **changes}}}

    function, alarm, topic = "aws_lambda_function.f", "aws_cloudwatch_metric_alarm.a", "aws_sns_topic_subscription.s"
    cases = [
        ("TAP-TAG-1", "aws_sqs_queue.q", {"tags": {"Team": "orders"}}, {"tags": {"Owner": "orders"}}),
        ("TAP-RUN-1", function, FUNCTION, {**FUNCTION, "runtime": "python3.12"}),
        ("TAP-OBS-8", alarm, ALARM, {**ALARM, "alarm_description": "Runbook: docs/runbooks/x.md"}),
        ("TAP-NAME-1", function, FUNCTION, variables(POWERTOOLS_METRICS_NAMESPACE="Payments/dev")),
        ("TAP-DOC-5", function, FUNCTION, variables(ARCHIVE_BUCKET="b")),
        (
            "TAP-NET-6",
            topic,
            {"protocol": "https", "endpoint": "https://events.example.com"},
            {"protocol": "email", "endpoint": "ops@example.com"},
        ),
    ]
    questions = [(rule, stack({address: body})) for rule, address, *bodies in cases for body in bodies]
    # What a variable that sends data may say, and which metrics a function counts.
    questions.append(("TAP-NET-6", stack({function: variables(ORDERS_TABLE="somebody-elses")})))
    questions.append(("TAP-OBS-10", stack({function: FUNCTION, alarm: ALARM})))
    questions.append(("TAP-OBS-10", stack({function: {**FUNCTION, "handler": "shop.other"}, alarm: ALARM})))
    found = violations(own_policies(tmp_path / "policies"), questions)
    assert [bool(texts) for texts in found] == [False, True] * len(cases) + [True, False, True]


@pytest.mark.slow
def test_backend_and_provider(tmp_path: Path) -> None:
    pinned = {"required_providers": {"aws": {"source": "aws", "version": "6.0.0"}}}
    other = {"required_providers": {"aws": {"source": "aws", "version": "5.100.0"}}}
    s3 = {"backend": {"s3": {"bucket": "b", "key": "dev/x.tfstate", "region": "r"}}}
    documents = [stack({"aws_sqs_queue.q": {}}, **each) for each in (STATE | pinned, STATE | other, s3 | pinned)]
    found = violations(own_policies(tmp_path / "policies"), [("TAP-DOC-1", document) for document in documents])
    right, version, backend = ([text for text in texts if text.startswith("terraform")] for texts in found)
    assert right == []
    assert version == [
        'terraform required_providers aws is {"source": "aws", "version": "5.100.0"}, not hashicorp/aws 6.0.0'
    ]
    assert "terraform backend: s3 is not allowed" in backend


@pytest.mark.parametrize(
    ("before", "after", "named"),
    [
        ("acme-{purpose}-{suffix}", "acme-{suffix}", "name is 'acme-{suffix}', and has"),
        ("acme-{purpose}-{suffix}", "{purpose}-{suffix}-{region}", "name is '{purpose}-{suffix}-{region}'"),
        ("acme-{purpose}-{suffix}", "acme_{purpose}_{suffix}", "name is 'acme_{purpose}_{suffix}'; write words"),
        ('["Team"]', '"Team"', "tags is 'Team', and has to be a list of texts"),
        ('tags = ["Team"]', "", "tags is None"),
        ("[runbook]", "[runbooks]", "runbooks is not a key of this file"),
        ("orders/{suffix}", "orders", "state.form is 'orders/terraform.tfstate'"),
        ('path = "path"', 'path = "key"', "state.path is 'key'; name one of state.literals"),
        ('"https://wiki/{name}"', "7", "runbook.link is 7"),
        ('["&aws_dynamodb_table"]', '"free"', "variables.ORDERS_TABLE is 'free', and has to be a list of texts"),
        ('OrdersLost = "failures"', "OrdersLost = 7", "metrics.shop.main is {'OrdersLost': 7}"),
        ('name = "', "name = ", "cannot be read"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_refused(tmp_path: Path, before: str, after: str, named: str) -> None:
    """The gate's exit code 2 rests on it; tests/unit/test_adopt.py sees that."""
    assert before in TOML
    (tmp_path / "_conventions.toml").write_text(TOML.replace(before, after))
    shutil.copy(POLICIES / "_conventions.py", tmp_path)
    done = subprocess.run([python_of(VENV_CHECKOV), tmp_path / "_conventions.py"], capture_output=True, text=True)
    assert done.returncode == 1
    assert f"ValueError: {tmp_path}/_conventions.toml: {named}" in done.stderr.splitlines()[-1]
