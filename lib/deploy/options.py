"""Reads and checks the settings of a deployment. lib/settings.py has the settings of the stack."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lib.errors import SettingsError

YES = {"1": True, "true": True, "yes": True, "": False, "0": False, "false": False, "no": False}


@dataclass(frozen=True)
class DeployOptions:
    """`keep`: keep the demo running. `auto_approve`: ask no question. `port`: the emulator's port, None for a free one.

    `plan`: the folder of a saved plan to apply; None makes a new plan. `destroy_data`: addresses of resources whose
    data a plan may delete. `lock`: the id of a state lock to remove.
    """

    keep: bool = False
    auto_approve: bool = False
    port: int | None = None
    plan: Path | None = None
    destroy_data: frozenset[str] = frozenset()
    lock: str = ""

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> DeployOptions:
        """Read KEEP, AUTO_APPROVE, EMULATOR_PORT, PLAN, DESTROY_DATA and LOCK. Raises SettingsError."""
        return cls(
            keep=_flag("KEEP", environ.get("KEEP", "")),
            auto_approve=_flag("AUTO_APPROVE", environ.get("AUTO_APPROVE", "")),
            port=_port("EMULATOR_PORT", environ.get("EMULATOR_PORT", "")),
            plan=Path(environ["PLAN"]).absolute() if environ.get("PLAN") else None,
            destroy_data=_addresses("DESTROY_DATA", environ.get("DESTROY_DATA", "")),
            lock=_lock("LOCK", environ.get("LOCK", "")),
        )


def _flag(variable: str, value: str) -> bool:
    if value.lower() not in YES:
        raise SettingsError(variable, value, "it is 1 or 0", "set it to 1, or unset it")
    return YES[value.lower()]


def _port(variable: str, value: str) -> int | None:
    if not value:
        return None
    if not value.isascii() or not value.isdigit() or not 1024 <= int(value) <= 65535:
        raise SettingsError(variable, value, "a port is a number from 1024 to 65535", "unset it to take a free one")
    return int(value)


def _addresses(variable: str, value: str) -> frozenset[str]:
    """Parse addresses, separated by commas. No pattern is accepted: the user must name every resource."""
    addresses = [part.strip() for part in value.split(",")] if value.strip() else []
    for address in addresses:
        if not re.fullmatch(r"[a-z][a-z0-9_]*\.[A-Za-z_][A-Za-z0-9_-]*", address):
            rule = "it names resources by address, with commas between them"
            raise SettingsError(variable, value, rule, "copy each address from the refusal, like aws_s3_bucket.name")
    return frozenset(addresses)


def _lock(variable: str, value: str) -> str:
    if value and not re.fullmatch(r"[0-9A-Za-z-]+", value):
        raise SettingsError(
            variable, value, "a lock's id may have only letters, digits and hyphens", "copy it from the error"
        )
    return value
