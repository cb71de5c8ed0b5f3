"""The settings of a deployment (lib/settings.py has those of the stack), checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lib.settings import SettingsError

YES = {"1": True, "true": True, "yes": True, "": False, "0": False, "false": False, "no": False}


@dataclass(frozen=True)
class Options:
    """`keep`: the demo stays up. `auto_approve`: no confirmation on AWS. `port`: the emulator's, None to pick one."""

    keep: bool = False
    auto_approve: bool = False
    port: int | None = None

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Options:
        """KEEP, AUTO_APPROVE, EMULATOR_PORT. Raises SettingsError."""
        return cls(
            keep=_flag("KEEP", environ.get("KEEP", "")),
            auto_approve=_flag("AUTO_APPROVE", environ.get("AUTO_APPROVE", "")),
            port=_port("EMULATOR_PORT", environ.get("EMULATOR_PORT", "")),
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
