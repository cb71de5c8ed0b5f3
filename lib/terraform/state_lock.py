"""Finds the state lock that stopped a run, and says how to remove the lock.

Terraform stores the lock as an object beside the state. A killed Terraform does not remove its lock, and neither does
one without network.
developer.hashicorp.com/terraform/language/state/locking
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lib.terraform.events import Events

SUMMARY = "Error acquiring the state lock"


@dataclass(frozen=True)
class Lock:
    """A lock as Terraform's error describes it. Unknown members are empty."""

    id: str
    who: str = ""
    created: str = ""
    operation: str = ""


def find(events: Events) -> Lock | None:
    """Return the lock that stopped a run; None if no lock did."""
    texts = [f"{item.summary}\n{item.detail}" for item in events.errors] or ["\n".join(events.noise)]
    text = next((text for text in texts if SUMMARY in text), "")
    lock_id = _member(text, "ID")
    if not lock_id:
        return None
    return Lock(lock_id, _member(text, "Who"), _member(text, "Created"), _member(text, "Operation"))


def message(lock: Lock) -> str:
    """Return one line that names the lock's holder and the command that removes the lock."""
    operation = lock.operation.removeprefix("OperationType").lower()
    return (
        f"the state is locked by {lock.who or 'somebody'} since {lock.created.partition('.')[0] or 'an unknown time'}"
        f"{f', for {operation}' if operation else ''}; wait for the end of that run. Only if it has ended without "
        f"removing its lock (killed, or cut off), remove it: make unlock LOCK={lock.id}"
    )


def _member(text: str, name: str) -> str:
    found = re.search(rf"^[\s│]*{name}:[ \t]*(\S.*?)\s*$", text, re.MULTILINE)
    return found[1] if found else ""
