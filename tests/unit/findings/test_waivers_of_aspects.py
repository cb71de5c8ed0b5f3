"""Waivers during synthesis."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from lib.aws import AwsProvider, KmsKey, SqsQueue

# isort: split
import jsii
from cdktf import App, Aspects, S3Backend, TerraformStack

from lib.aspects.catalogue import RULES
from lib.aspects.judge_aspect import Judge
from lib.findings.waivers import Waiver

from .examples import GOOD, TODAY


def synthesized(folder: Path, *waivers: Waiver) -> tuple[Judge, str]:
    """A real synth of a stack whose queue has a wrong name; and why it failed, if it did."""
    app = App(outdir=str(folder))
    stack = TerraformStack(app, "Small")
    AwsProvider(stack, "aws", region="eu-west-1")
    S3Backend(stack, bucket="state", key="dev/Small.tfstate", region="eu-west-1")
    key = KmsKey(stack, "key", enable_key_rotation=True, deletion_window_in_days=7)
    SqsQueue(stack, "queue", name="letters", kms_master_key_id=key.arn)
    rules = [rule for rule in RULES if rule.id.startswith(("TAP-NAME", "TAP-ENC-4"))]
    judge = Judge(stack, rules, waivers=waivers, today=TODAY)
    Aspects.of(stack).add(judge)
    try:
        app.synth()
    except (RuntimeError, jsii.errors.JSIIError) as error:
        return judge, str(error)
    return judge, ""


NAMES = [replace(GOOD, rule=f"TAP-NAME-{number}", path="queue", line=number) for number in (1, 2)]


def test_the_aspects_let_through_what_is_waived(tmp_path: Path) -> None:
    judge, error = synthesized(tmp_path, *NAMES)
    assert error == ""
    assert judge.findings == ()
    assert [(finding.rule_id, waiver.line) for finding, waiver in judge.waived] == [
        ("TAP-NAME-1", 1),
        ("TAP-NAME-2", 2),
    ]
    assert (tmp_path / "stacks" / "Small" / "cdk.tf.json").is_file()


def test_the_aspects_fail_on_what_is_not(tmp_path: Path) -> None:
    judge, error = synthesized(tmp_path, NAMES[1])
    assert [finding.rule_id for finding in judge.findings] == ["TAP-NAME-1"]
    assert "TAP-NAME-1 MEDIUM [Small/queue]" in error
    assert "TAP-NAME-2" not in error


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"expires": TODAY - timedelta(days=1)}, "expired on 2026-11-22"),
        ({"rule": "TAP-ENC-4"}, "is not allowed"),
        ({"rule": "TAP-NAME-99"}, "names an unknown rule"),
    ],
)
def test_a_faulty_waiver_fails_the_synth_and_says_why(tmp_path: Path, changes: dict[str, Any], said: str) -> None:
    judge, error = synthesized(tmp_path, *NAMES, replace(NAMES[0], path="key", **changes))
    assert judge.findings == ()
    assert [said in complaint for complaint in judge.complaints] == [True]
    assert said in error


def test_waivers_of_the_gate_and_of_other_stacks_do_not_concern_the_aspects(tmp_path: Path) -> None:
    judge, error = synthesized(
        tmp_path, *NAMES, replace(GOOD, rule="CKV_AWS_9999"), replace(GOOD, path="elsewhere"), replace(GOOD, path="key")
    )
    assert (judge.complaints, error) == ((), "")
