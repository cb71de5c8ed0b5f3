"""Describes an addition by hand as a Change, with the aws command that removes it."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from lib.drift.model import Change, Kind, Repair
from lib.drift.refreshed import Managed

Connect = Callable[[str], Any]


def addition(to: Managed, what: str, type_: str, arguments: Mapping[str, Any], remedy: str) -> Change:
    """Return an addition. `what`: its name in messages; `type_` and `arguments`: its Terraform declaration."""
    given = {name: value for name, value in arguments.items() if value not in (None, "", [])}
    return Change(
        Kind.ADDED,
        to.address,
        to.name,
        Repair.LEAVES,
        added=what,
        added_type=type_,
        arguments=given,
        remedy=remedy,
    )


def found_or_none(call: Callable[..., Any], *absent: str, **arguments: Any) -> Any:
    """Return a call's answer; None if it fails with an error code in `absent`, which means that nothing exists."""
    try:
        return call(**arguments)
    except ClientError as error:
        if error.response["Error"]["Code"] not in absent:
            raise
        return None


def command(*words: str) -> str:
    """Return an `aws …` command for a shell."""
    return shlex.join(["aws", *words])
