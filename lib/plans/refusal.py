"""Reasons to refuse a plan."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Refusal:
    """A reason to refuse a plan. `cause` says what the plan would do and why; `fix` says what to do instead.

    `about_data`: the plan would lose data. The user can permit that with `DESTROY_DATA=ADDRESS`. For other reasons
    there is no permission.
    """

    address: str
    cause: str
    fix: str
    about_data: bool = True

    def __str__(self) -> str:
        permit = f", or lose that data with DESTROY_DATA={self.address}" if self.about_data else ""
        return f"{self.address}: {self.cause}. Fix: {self.fix}{permit}"
