"""The stack as a whole: its arguments, its state, its outputs, and what must appear nowhere in it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from lib.aspects.provider.projection import VERSION
from lib.environments import ROOT
from lib.errors import SettingsError
from lib.naming import LIMITS, LONGEST_SUFFIX

if TYPE_CHECKING:
    from tests.unit.conftest import Synthesize, Template

OUTPUTS = {
    "api_endpoint",
    "transactions_table_name",
    "audit_bucket_name",
    "payment_function_name",
    "archive_function_name",
    "alerts_topic_arn",
    "dead_letter_queue_url",
    "archive_failures_queue_url",
    "dashboard_name",
    "kms_key_arn",
    "settler_function_name",
    "gateway_secret_arn",
}
NAME_ATTRIBUTES = {
    "aws_apigatewayv2_api": ("name", "api"),
    "aws_cloudwatch_event_rule": ("name", "rule"),
    "aws_cloudwatch_event_target": ("target_id", "target"),
    "aws_cloudwatch_dashboard": ("dashboard_name", "dashboard"),
    "aws_cloudwatch_metric_alarm": ("alarm_name", "alarm"),
    "aws_dynamodb_table": ("name", "dynamodb"),
    "aws_iam_role": ("name", "role"),
    "aws_iam_role_policy": ("name", "policy"),
    "aws_lambda_alias": ("name", "alias"),
    "aws_lambda_function": ("function_name", "lambda"),
    "aws_s3_bucket": ("bucket", "s3"),
    "aws_sns_topic": ("name", "sns"),
    "aws_sqs_queue": ("name", "sqs"),
}


def test_outputs_have_exactly_the_names_that_others_rely_on(template: Template) -> None:
    """And each comes from a resource, so it is known after a deploy; the simulated gateway has no secret."""
    assert set(template.json["output"]) == OUTPUTS
    values = {name: output["value"] for name, output in template.json["output"].items()}
    assert values.pop("gateway_secret_arn") == ""
    assert all(value.startswith("${aws_") for value in values.values())


def test_state_is_kept_encrypted_and_locked(template: Template) -> None:
    """In the bucket and region of the arguments, under the suffix and the stack's name."""
    assert template.json["terraform"]["backend"] == {
        "s3": {
            "bucket": "example-state",
            "key": "dev/TapStackdev.tfstate",
            "region": "us-east-1",
            "encrypt": True,
            "use_lockfile": True,
        }
    }


def test_the_provider_has_the_region_and_all_tags(template: Template) -> None:
    """Pinned to the release that the bindings were made from."""
    (provider,) = template.json["provider"]["aws"]
    assert provider["region"] == "us-east-1"
    (tags,) = provider["default_tags"]
    assert tags["tags"] == {"Environment": "dev", "ManagedBy": "cdktf", "Owner": "somebody", "Project": "payments"}
    assert template.json["terraform"]["required_providers"]["aws"]["version"] == VERSION


def test_provider_shaped_tags_give_the_same_stack(synthesize: Synthesize, template: Template) -> None:
    """`{"tags": {…}}` and `{…}` mean the same."""
    assert synthesize(default_tags={"tags": {"Owner": "somebody"}}).text == template.text


def test_two_synths_write_the_same_bytes(synthesize: Synthesize, template: Template) -> None:
    """No time, no random, no path: what was judged is what anybody else synthesizes."""
    assert synthesize().text == template.text


def test_another_environment_holds_none_of_the_defaults(synthesize: Synthesize) -> None:
    """Region, suffix and state bucket come in through the arguments alone."""
    other = synthesize(
        ns="TapStackqa7",
        environment_suffix="qa7",
        state_bucket="b",
        state_bucket_region="eu-north-1",
        aws_region="eu-west-1",
    )
    assert "us-east-1" not in other.text
    assert "example-state" not in other.text
    assert not re.search(r"\bdev\b", other.text)
    assert other.text.count("eu-west-1") == 1  # the provider's
    assert other.text.count("eu-north-1") == 1  # the backend's


def test_no_path_of_this_machine_gets_into_the_output(template: Template) -> None:
    """Neither the repository's place nor a home nor a temporary folder."""
    for place in (str(ROOT), str(Path.home()), str(template.directory), "/tmp"):  # noqa: S108  # what must not appear
        assert place not in template.text


def test_the_code_lies_beside_the_json(template: Template) -> None:
    """Both functions' `filename` is relative to the folder in which Terraform runs."""
    for path in ("processor/function", "archiver/function"):
        filename = template[path]["filename"]
        assert filename.startswith("assets/")
        assert (template.directory / filename).is_file()


@pytest.mark.parametrize("suffix", ["x" * LONGEST_SUFFIX, "7", "pr-42"])
def test_every_name_fits_and_ends_in_the_suffix(synthesize: Synthesize, suffix: str) -> None:
    """What the door lets in, AWS lets in."""
    made = synthesize(environment_suffix=suffix)
    for kind, (attribute, resource_type) in NAME_ATTRIBUTES.items():
        found = list(made.of_type(kind))
        assert found
        for path, attributes in found:
            name = attributes[attribute]
            assert len(name) <= LIMITS[resource_type], path
            assert re.fullmatch(rf"{resource_type}-[a-z0-9]+(-[a-z0-9]+)*-{suffix}", name), path


def test_every_resource_has_an_own_name(template: Template) -> None:
    """Two of one type and name would fight over one thing in AWS; only the aliases live inside their function."""
    for kind, (attribute, _) in NAME_ATTRIBUTES.items():
        names = [attributes[attribute] for _, attributes in template.of_type(kind)]
        if kind != "aws_lambda_alias":
            assert len(names) == len(set(names)), kind
    assert "name_prefix" not in template.text


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("environment_suffix", "Dev_1"),
        ("environment_suffix", None),
        ("state_bucket", "My_Bucket"),
        ("state_bucket", 5),
        ("state_bucket_region", "europe"),
        ("aws_region", ""),
        ("aws_region", None),
        ("default_tags", None),
        ("default_tags", {"owner": "me"}),
        ("ns", "a b"),
    ],
)
def test_a_wrong_argument_is_named(synthesize: Synthesize, argument: str, value: Any) -> None:
    """A SettingsError with the argument's name, not a traceback from JavaScript."""
    with pytest.raises(SettingsError, match=argument):
        synthesize(**{argument: value})


def test_a_scope_that_is_no_construct_is_named() -> None:
    """The first thing that a newcomer gets wrong."""
    from lib.tap_stack import TapStack

    with pytest.raises(SettingsError, match=r"^scope is None"):
        TapStack(None, "x", "dev", "b", "eu-west-1", "eu-west-1", {})  # type: ignore[arg-type]


def test_arguments_are_taken_by_position_too(tmp_path: Path) -> None:
    """Callers pass the seven arguments in this order."""
    from cdktf import App

    from lib.tap_stack import TapStack

    app = App(outdir=str(tmp_path))
    TapStack(app, "TapStackqa7", "qa7", "my-state", "eu-north-1", "eu-west-1", {})
    app.synth()
    written = json.loads((tmp_path / "stacks" / "TapStackqa7" / "cdk.tf.json").read_text())
    assert written["terraform"]["backend"]["s3"]["bucket"] == "my-state"
    assert written["terraform"]["backend"]["s3"]["region"] == "eu-north-1"
    assert written["provider"]["aws"][0]["region"] == "eu-west-1"


def test_options_reach_the_stack_through_the_context(synthesize: Synthesize) -> None:
    """Address, reserved concurrency and retention are no arguments (docs/decisions/0004)."""
    made = synthesize(
        context={"alert_email": "oncall@example.com", "reserved_concurrency": 50, "log_retention_days": 731}
    )
    assert made["alerting/email"]["endpoint"] == "oncall@example.com"
    assert made["processor/function"]["reserved_concurrent_executions"] == 50
    assert made["archiver/function"]["reserved_concurrent_executions"] == -1
    assert {group["retention_in_days"] for _, group in made.of_type("aws_cloudwatch_log_group")} == {731}


def test_the_aspects_come_with_the_stack(synthesize: Synthesize) -> None:
    """In anybody's App: a stack that breaks a policy does not synthesize."""

    def without_recovery(stack: Any) -> None:
        table = stack.node.find_child("ledger").node.find_child("transactions")
        table.add_override("point_in_time_recovery.enabled", False)

    with pytest.raises(Exception, match="TAP-REC-1"):
        synthesize(change=without_recovery)


def test_nothing_depends_on_a_json_policy(template: Template) -> None:
    """Every policy is a document that both judges can read."""
    for kind, attribute in (
        ("aws_kms_key", "policy"),
        ("aws_iam_role", "assume_role_policy"),
        ("aws_iam_role_policy", "policy"),
        ("aws_s3_bucket_policy", "policy"),
        ("aws_sns_topic_policy", "policy"),
        ("aws_sqs_queue", "policy"),
    ):
        found = list(template.of_type(kind))
        assert found
        for path, attributes in found:
            assert re.fullmatch(r"\$\{data\.aws_iam_policy_document\.\w+\.json\}", attributes[attribute]), path


def test_no_allow_statement_has_a_wildcard_action(template: Template) -> None:
    """Nor grants anybody to make a log group: one made by Lambda would outlive the stack."""
    for path, document in template.of_type("aws_iam_policy_document"):
        for statement in document["statement"]:
            if statement["effect"] == "Allow":
                assert not [action for action in statement["actions"] if "*" in action], path
                assert "logs:CreateLogGroup" not in statement["actions"], path


def test_allow_statements_with_every_resource_are_those_that_know_no_other(template: Template) -> None:
    """X-Ray and ListStreams have no resource type; in a key policy the asterisk is the key."""
    found = {
        (path, statement["sid"])
        for path, document in template.of_type("aws_iam_policy_document")
        for statement in document["statement"]
        if statement["effect"] == "Allow" and "*" in statement.get("resources", [])
    }
    assert {item for item in found if not item[0].endswith("key_policy")} == {
        ("processor/policy_document", "Traces"),
        ("settler/policy_document", "Traces"),
        ("archiver/policy_document", "Traces"),
        ("archiver/policy_document", "ListStreams"),
    }


def test_every_service_principal_acts_for_this_account_only(template: Template) -> None:
    """Each has a condition with the account in it (logs by its encryption context, which is a log group's ARN)."""
    for path, document in template.of_type("aws_iam_policy_document"):
        for statement in document["statement"]:
            for principal in statement.get("principals", []):
                if principal["type"] == "Service":
                    values = [value for values in template.conditions(statement).values() for value in values]
                    assert any("ACCOUNT" in value for value in values), (path, statement["sid"])
