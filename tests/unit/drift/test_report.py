"""What a person and a program read of a manual change."""

from __future__ import annotations

import json

from lib.drift.model import Change, Evaluated, Kind, Repair
from lib.drift.report import Drift, as_json, lines, text
from lib.drift.values import Difference

ADDRESS = "aws_dynamodb_table.ledger_transactions_934ED208"
OFF = Change(
    Kind.CHANGED,
    ADDRESS,
    "dynamodb-transactions-dev",
    Repair.REPAIRS,
    argument="point_in_time_recovery",
    differences=(Difference("point_in_time_recovery.enabled", True, False),),
)
POLICY = Change(
    Kind.ADDED, "aws_iam_role.r", "role-x-dev", Repair.LEAVES, added="the inline policy x", remedy="aws iam delete x"
)


def drift(*changes: Evaluated, not_deployed: tuple[str, ...] = ()) -> Drift:
    return Drift("AWS, eu-west-1", 70, changes, not_deployed)


def test_a_change_is_one_line_with_rule_address_value_and_repair() -> None:
    line, summary = lines(drift(Evaluated(OFF, ("TAP-REC-1",))))
    assert line == (
        f"[red]TAP-REC-1[/red]  {ADDRESS} (dynamodb-transactions-dev): "
        "point_in_time_recovery.enabled is false, was true; make deploy repairs it"
    )
    assert summary == "manual changes: 1, of which make deploy repairs 1; make deploy (docs/drift.md)"
    *_, summary = lines(drift(Evaluated(OFF, ()), Evaluated(POLICY, ())))
    assert "of which make deploy repairs 1; first run the commands above, then make deploy" in summary


def test_what_deploy_leaves_comes_with_the_command_that_removes_it() -> None:
    assert (
        text(POLICY)
        == "aws_iam_role.r (role-x-dev): the inline policy x was added; make deploy leaves it: aws iam delete x"
    )


def test_what_deploy_refuses_comes_with_the_address_that_permits_it() -> None:
    line, _, refused = lines(drift(Evaluated(OFF.refused(), ("TAP-REC-1",))))
    assert line.endswith(
        f"make deploy refuses to repair it, because the repair would delete data: DESTROY_DATA={ADDRESS} make deploy"
    )
    assert refused == f"make deploy refuses its whole plan without DESTROY_DATA={ADDRESS}"


def test_a_deleted_key_is_brought_back_and_not_made_again() -> None:
    key = Change(Kind.DELETED, "aws_kms_key.k", "1234", Repair.REPLACES)
    assert "aws kms cancel-key-deletion --key-id 1234" in text(key)
    table = Change(Kind.DELETED, ADDRESS, "t", Repair.REPLACES)
    assert text(table).endswith("was deleted; make deploy would put an empty one in its place")


def test_a_line_stays_a_line() -> None:
    values = tuple(Difference(f"environment.A{number}", None, "x" * 500 + "\n\x1b[31m") for number in range(9))
    shown = next(lines(drift(Evaluated(Change(Kind.CHANGED, "a.b", "n", Repair.LEAVES, differences=values), ()))))
    assert shown.startswith("[red]no rule[/red]  a.b (n): environment.A0 is ")
    assert "and 6 more" in shown
    assert len(shown) < 600
    assert shown.isprintable()


def test_markup_of_a_value_is_text() -> None:
    change = Change(Kind.ADDED, "a.b", "n", Repair.LEAVES, added="the alias [green]no drift[/green]", remedy="x")
    assert "\\[green]" in next(lines(drift(Evaluated(change, ()))))


def test_nothing_is_said_to_have_drifted_where_nothing_has() -> None:
    assert list(lines(drift())) == ["[green]no drift: 70 resources are as they were deployed[/green]"]
    waiting, last = lines(drift(not_deployed=("aws_sqs_queue.q",)))
    assert waiting == "not deployed yet, which is not drift: 1 resources; make plan shows them"
    assert "no drift" in last


def test_the_json_of_a_change() -> None:
    found = json.loads(json.dumps(as_json(drift(Evaluated(OFF, ("TAP-REC-1",)), not_deployed=("aws_sqs_queue.q",)))))
    (entry,) = found["drift"]
    assert (entry["rules"], entry["address"], entry["make_deploy"]) == (["TAP-REC-1"], ADDRESS, "repairs")
    assert entry["differences"] == [{"path": "point_in_time_recovery.enabled", "before": True, "after": False}]
    assert found["not_deployed"] == ["aws_sqs_queue.q"]
    assert found["resources"] == 70
