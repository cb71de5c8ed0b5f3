"""Each test says by a marker whether it may run against AWS, where production may stand beside it."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

AWS, EMULATOR_ONLY = "aws", "emulator_only"


def check(tests: Iterable[pytest.Item], *, on_aws: bool) -> None:
    """Skip on AWS what must not run there. Raises UsageError where a test has no such marker, both, or no reason."""
    wrong = []
    for test in tests:
        markers = [marker for marker in test.iter_markers() if marker.name in (AWS, EMULATOR_ONLY)]
        if len(markers) != 1:
            wrong.append(f"{test.nodeid} has {len(markers)} of the markers aws and emulator_only, and needs one")
            continue
        (marker,) = markers
        reason = marker.args[0] if len(marker.args) == 1 else None
        if marker.name == EMULATOR_ONLY and not (isinstance(reason, str) and reason.strip()):
            wrong.append(f'{test.nodeid} has no reason: @pytest.mark.emulator_only("why it must not run on AWS")')
        elif marker.name == EMULATOR_ONLY and on_aws:
            test.add_marker(pytest.mark.skip(reason=f"not on AWS: {reason}"))
    if wrong:
        raise pytest.UsageError("\n".join(wrong))
