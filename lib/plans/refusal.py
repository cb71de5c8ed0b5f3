"""Reasons to refuse a plan."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Refusal:
    """A reason to refuse a plan: `cause` is what would happen and why, `fix` what to do instead.

    `about_data`: data would be lost, which `DESTROY_DATA=ADDRESS` can permit. Other refusals cannot be permitted.
    """

    address: str
    cause: str
    fix: str
    about_data: bool = True

    def __str__(self) -> str:
        permit = f", or lose that data with DESTROY_DATA={self.address}" if self.about_data else ""
        return f"{self.address}: {self.cause}. Fix: {self.fix}{permit}"
