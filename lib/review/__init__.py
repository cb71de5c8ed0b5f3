"""The reviewer's page and the pull request comment: who has access, and what changes between two stacks."""

from lib.review.access_changes import Change, compare_access
from lib.review.base import read as read_base
from lib.review.setting_changes import SettingChange, compare_settings
from lib.review.stack_access import Access, Condition, Grant, Source, Undecided, access_of
from lib.review.write import clear, write

__all__ = [
    "Access",
    "Change",
    "Condition",
    "Grant",
    "SettingChange",
    "Source",
    "Undecided",
    "access_of",
    "clear",
    "compare_access",
    "compare_settings",
    "read_base",
    "write",
]
