"""Runs the second judge: Checkov checks the synthesized JSON with the policies in policies/.

The gate fails if any part of the JSON was not checked. The policies share nothing with the aspects. The gate itself
reads some data of the first judge's catalogue: docs/decisions/0001-two-judges-share-nothing.md
"""

from lib.gate.gate import Gate
from lib.gate.report import GateReport

__all__ = ["Gate", "GateReport"]
