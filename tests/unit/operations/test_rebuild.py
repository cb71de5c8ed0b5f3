"""Receipts come back from the ledger; what cannot is named."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from lib.operations import redrive
from tests.unit.operations.redriving import Setting
from tests.unit.operations.world import World, receipt_key


def lose(world: World, key: str) -> None:
    del world.bucket.objects[key]


def make_stale(world: World, key: str) -> None:
    world.bucket.put(key, json.dumps({**json.loads(world.bucket.objects[key][0]), "version": 1}).encode())


@pytest.mark.parametrize("damage", [lose, make_stale])
def test_receipts_are_rebuilt_from_the_ledger(setting: Setting, damage: Callable[[World, str], None]) -> None:
    world = setting.world
    paid, other = world.take("first"), world.take("second")
    world.refund(paid, 10)
    world.archive()
    before = {key: world.bucket.objects[key][:2] for key in map(receipt_key, (paid, other))}
    damage(world, receipt_key(paid))
    code, lines = setting.redrive(receipts=True)
    assert code == 0
    assert {key: world.bucket.objects[key][:2] for key in before} == before, "as the archiver writes them"
    assert [line for line in lines if line.startswith("replayed")] == [
        f"replayed  {receipt_key(paid)}  rebuilt from the ledger"
    ]


def test_of_an_emptied_archive_what_cannot_be_rebuilt_is_named(setting: Setting) -> None:
    """With nothing in the queue: receipts come back, audit records do not."""
    world = setting.world
    payments = [world.take(f"payment {number}") for number in range(redrive.NAMED + 5)]
    world.archive()
    world.bucket.objects.clear()
    code, lines = setting.redrive(receipts=True)
    assert code == 1
    assert sorted(world.bucket.objects) == sorted(map(receipt_key, payments))
    named = [line for line in lines if line.startswith("[red]stays[/red]  pay_")]
    assert len(named) == redrive.NAMED
    assert all("no audit record: never reconstructed from the ledger" in line for line in named)
    assert any(line.startswith("[red]stays[/red]  5 more without audit records") for line in lines)


@pytest.mark.parametrize(
    ("content", "says"),
    [(b'{"version": 2, "amount": 1}', "contradicts the ledger"), (b"else", "is not a receipt")],
)
def test_a_receipt_that_says_something_else_stays_and_is_named(setting: Setting, content: bytes, says: str) -> None:
    world = setting.world
    paid = world.take("first")
    world.archive()
    world.bucket.put(receipt_key(paid), content)
    code, lines = setting.redrive(receipts=True)
    assert code == 1
    assert any(line.startswith(f"[red]stays[/red]  {receipt_key(paid)}") and says in line for line in lines)
    assert world.bucket.objects[receipt_key(paid)][0] == content


def test_a_receipt_that_changes_meanwhile_is_left_to_the_archiver(setting: Setting) -> None:
    world = setting.world
    paid = world.take("first")
    put = world.bucket.put_object
    world.bucket.put_object = lambda **arguments: (world.archive(), put(**arguments))[1]  # type: ignore[method-assign]
    code, lines = setting.redrive(receipts=True)
    assert code == 1
    assert any(f"{receipt_key(paid)}  the payment changed meanwhile" in line for line in lines)
    assert world.kinds() == []
