"""Names follow one pattern and fit AWS's limits whatever the suffix."""

from __future__ import annotations

import pytest

from lib.errors import ToolError
from lib.naming import LIMITS, LONGEST_PURPOSE, LONGEST_SUFFIX, Naming

NAMING = Naming("dev", "example-state")


def test_a_name_is_type_purpose_suffix() -> None:
    """The pattern of the house."""
    assert NAMING("dynamodb", "transactions") == "dynamodb-transactions-dev"


def test_buckets_of_different_state_buckets_differ() -> None:
    """Bucket names are unique in the world: two accounts with one suffix must not meet."""
    one, other = NAMING.bucket("archive"), Naming("dev", "another-state").bucket("archive")
    assert one != other
    assert one.startswith("s3-archive-")
    assert one.endswith("-dev")
    assert one == Naming("dev", "example-state").bucket("archive")


@pytest.mark.parametrize("resource_type", LIMITS)
def test_the_longest_purpose_and_suffix_fit(resource_type: str) -> None:
    """The door's one rule holds for every type."""
    name = Naming("s" * LONGEST_SUFFIX, "state")(resource_type, "p" * LONGEST_PURPOSE)
    assert len(name) <= LIMITS[resource_type]


def test_one_more_character_would_not_fit_everywhere() -> None:
    """The limit is no stricter than AWS makes it."""
    assert any(
        len(Naming("s" * (LONGEST_SUFFIX + 1), "state")(kind, "p" * LONGEST_PURPOSE)) > LIMITS[kind] for kind in LIMITS
    )


def test_a_purpose_too_long_is_an_error() -> None:
    """Found when the construct is written, not when somebody's suffix is long."""
    with pytest.raises(ToolError, match=f"has {LONGEST_PURPOSE + 1} characters; use 1 to {LONGEST_PURPOSE}"):
        NAMING("lambda", "p" * (LONGEST_PURPOSE + 1))


def test_an_unknown_type_is_an_error() -> None:
    """A type whose limit nobody looked up."""
    with pytest.raises(ToolError, match=r"'rds' is not in naming\.LIMITS"):
        NAMING("rds", "payments")
