"""The override re-points every call and changes nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lib.errors import ToolError
from lib.targets.override import CALL_NOTHING, OVERRIDE_NAME, local_override, services, write_override
from lib.terraform.stack_folder import JSON_NAME, TERRAFORMS_OWN, StackFolder

URL = "http://127.0.0.1:4566"


def test_endpoints_are_those_of_the_services_in_use(stack: StackFolder) -> None:
    (provider,) = local_override(stack, URL)["provider"]["aws"]
    assert provider["endpoints"] == [{"logs": URL, "sqs": URL, "sts": URL}]
    assert provider["s3_use_path_style"] is True
    assert provider["skip_credentials_validation"] is True
    assert provider["skip_metadata_api_check"] is True
    assert "region" not in provider, "the judged region stays"


def test_backend_keeps_what_was_judged_and_calls_the_emulator(stack: StackFolder) -> None:
    backend = local_override(stack, URL)["terraform"]["backend"]["s3"]
    assert backend.items() >= stack.backend.items()
    assert backend["endpoints"]["s3"] == URL
    assert backend["use_path_style"] is True


@pytest.mark.parametrize(
    ("kind", "service"),
    [
        ("aws_cloudwatch_log_group", "logs"),
        ("aws_cloudwatch_metric_alarm", "cloudwatch"),
        ("aws_cloudwatch_event_rule", "events"),
        ("aws_s3_bucket_versioning", "s3"),
        ("aws_lambda_event_source_mapping", "lambda"),
        ("aws_apigatewayv2_route", "apigatewayv2"),
    ],
)
def test_a_type_calls_its_service(kind: str, service: str) -> None:
    assert services([kind]) == sorted({service, "sts"})


def test_what_the_provider_computes_calls_nothing() -> None:
    assert services(CALL_NOTHING) == ["sts"]


def test_a_type_of_an_unknown_service_is_an_error_and_no_call_to_aws() -> None:
    with pytest.raises(ToolError, match=r"aws_rds_cluster .* SERVICES"):
        services(["aws_rds_cluster"])


def test_the_working_copy_is_the_judged_stack_byte_for_byte(stack: StackFolder, tmp_path: Path) -> None:
    work = tmp_path / "work"
    copy = stack.copy_to(work)
    write_override(copy, URL)
    assert (work / JSON_NAME).read_bytes() == (stack.directory / JSON_NAME).read_bytes()
    assert (work / "assets" / "code" / "lambda.zip").read_bytes() == b"zip"
    assert json.loads((work / OVERRIDE_NAME).read_text()) == local_override(stack, URL)
    assert not (stack.directory / OVERRIDE_NAME).exists()


def test_a_second_copy_leaves_nothing_of_the_first_but_terraforms_own(stack: StackFolder, tmp_path: Path) -> None:
    work = tmp_path / "work"
    write_override(stack.copy_to(work), URL)
    (work / "assets" / "old").mkdir()
    (work / "assets" / "link").symlink_to(tmp_path)
    (work / "link").symlink_to(tmp_path)
    (work / ".terraform").mkdir()
    for name in ("x_override.tf.json", "terraform.tfvars", "errored.tfstate", ".terraform.lock.hcl", "tfplan"):
        (work / name).touch()
    stack.copy_to(work)
    assert sorted(path.name for path in work.iterdir()) == sorted([*TERRAFORMS_OWN, "assets", JSON_NAME])
    assert [path.name for path in (work / "assets").iterdir()] == ["code"]
    assert tmp_path.is_dir()


@pytest.mark.parametrize(
    "content", ["", "{", "[]", "{}", '{"terraform": {"backend": {"s3": {}}}, "provider": {"aws": [{"region": "x"}]}}']
)
def test_what_is_no_synthesized_stack_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / JSON_NAME).write_text(content)
    with pytest.raises(ToolError, match=JSON_NAME):
        StackFolder.read(tmp_path)


def test_a_missing_stack_names_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match=r"run python main\.py"):
        StackFolder.read(tmp_path / "nowhere")


@pytest.mark.parametrize("url", ["", "127.0.0.1:4566", "http://127.0.0.1:4566/", "ftp://x"])
def test_an_address_is_checked(stack: StackFolder, url: str) -> None:
    with pytest.raises(ToolError):
        local_override(stack, url)
