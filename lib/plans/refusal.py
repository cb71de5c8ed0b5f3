"""A change that a plan must not make."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Refusal:
    """`cause` says what would happen and why, `fix` what to do instead.

    `about_data`: data would be lost, which `DESTROY_DATA=ADDRESS` permits. Nothing permits the others.
    """

    address: str
    cause: str
    fix: str
    about_data: bool = True

    def __str__(self) -> str:
        permit = f", or lose that data with DESTROY_DATA={self.address}" if self.about_data else ""
        return f"{self.address}: {self.cause}. Fix: {self.fix}{permit}"
