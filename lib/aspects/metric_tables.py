"""Reads metrics.toml: the kinds, bounds and dimensions of metrics."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

TABLES: Mapping[str, Any] = tomllib.loads((Path(__file__).parent / "metrics.toml").read_text())
