"""The synthesized stack of this project. Tests must not change it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.policy.shipped import synthesized


@pytest.fixture(scope="session")
def document(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return synthesized(tmp_path_factory.mktemp("synth"))
