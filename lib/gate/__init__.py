"""The second judge: Checkov over the synthesized JSON, fail-closed.

It checks the JSON that Terraform would read with the policies in policies/, which share nothing with the aspects. The
gate itself reads some data of the first judge's catalogue: docs/decisions/0001-two-judges-share-nothing.md
"""

from lib.gate.gate import Gate
from lib.gate.report import GateReport

__all__ = ["Gate", "GateReport"]
