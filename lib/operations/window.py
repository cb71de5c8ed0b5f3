"""The time window of a comparison: everything, one day, or the time since a day or moment. All times are UTC."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from lib.errors import ToolError

BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
# The difference that the clock of a function, which dates a step, may have to the clocks of DynamoDB and the gateway.
CLOCKS_DIFFER = timedelta(minutes=5)


@dataclass(frozen=True)
class Window:
    """The changes from `begin` (included) to `end` (not included) are compared.

    A payment that changed at or after `settled_before` is not compared: its change may still be in the stream.
    """

    begin: datetime
    end: datetime
    settled_before: datetime

    @property
    def is_everything(self) -> bool:
        return self.begin == BEGINNING

    def has(self, at: datetime) -> bool:
        return self.begin <= at < self.end

    def may_have(self, at: datetime) -> bool:
        """Return whether a change may be in the window although its time `at` was measured by another clock."""
        return self.begin - CLOCKS_DIFFER <= at < self.end + CLOCKS_DIFFER

    def days(self) -> Iterator[date]:
        """Yield the days whose audit objects may contain changes of the window, oldest first."""
        day, last = (self.begin - CLOCKS_DIFFER).date(), (self.end + CLOCKS_DIFFER).date()
        while day <= last:
            yield day
            day += timedelta(days=1)


def window(day: str | None, since: str | None, settle_seconds: int, now: datetime) -> Window:
    """Return the window of a `day` (YYYY-MM-DD), or `since` a day or an ISO 8601 time, else of everything.

    Raises ToolError for an invalid or future time.
    """
    settled_before = now - timedelta(seconds=settle_seconds)
    begin = BEGINNING
    if day is not None:
        begin = datetime.combine(_day(day), time(), UTC)
    elif since is not None:
        begin = _time(since)
    if begin < BEGINNING:
        raise ToolError(f"{day or since} is before {BEGINNING:%Y}, when there were no payments; name a later time")
    if begin >= settled_before:
        raise ToolError(
            f"{day or since} begins after {settled_before:%Y-%m-%dT%H:%M:%SZ}, and changes of the last "
            f"{settle_seconds} s are not compared; name an earlier time"
        )
    end = settled_before if day is None else min(begin + timedelta(days=1), settled_before)
    return Window(begin, end, settled_before)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ToolError(f"{text!r} is not a day; write it like 2026-11-23") from None


def _time(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise ToolError(f"{text!r} is neither a day nor a time; write 2026-11-23 or 2026-11-23T10:15:00Z") from None
