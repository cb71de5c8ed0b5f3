"""The lock on the state: who holds it, and how it is removed when its holder is gone.

Terraform keeps it as an object beside the state. One that was killed, or lost its network, leaves it there.
developer.hashicorp.com/terraform/language/state/locking
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lib.terraform.events import Events

SUMMARY = "Error acquiring the state lock"


@dataclass(frozen=True)
class Lock:
    """As Terraform describes it; a member is empty where Terraform does not say."""

    id: str
    who: str = ""
    created: str = ""
    operation: str = ""


def find(events: Events) -> Lock | None:
    """The lock that a run stumbled over, if it did."""
    texts = [f"{item.summary}\n{item.detail}" for item in events.errors] or ["\n".join(events.noise)]
    text = next((text for text in texts if SUMMARY in text), "")
    lock_id = _member(text, "ID")
    if not lock_id:
        return None
    return Lock(lock_id, _member(text, "Who"), _member(text, "Created"), _member(text, "Operation"))


def message(lock: Lock) -> str:
    """One line: who holds it, and the way out."""
    operation = lock.operation.removeprefix("OperationType").lower()
    return (
        f"the state is locked by {lock.who or 'somebody'} since {lock.created.partition('.')[0] or 'an unknown time'}"
        f"{f', for {operation}' if operation else ''}; wait for the end of that run. Only if it has ended without "
        f"removing its lock (killed, or cut off), remove it: make unlock LOCK={lock.id}"
    )


def _member(text: str, name: str) -> str:
    found = re.search(rf"^[\s│]*{name}:[ \t]*(\S.*?)\s*$", text, re.MULTILINE)
    return found[1] if found else ""
