"""The second judge: Checkov over the synthesized JSON, fail-closed.

It reads the JSON that Terraform would read, by the policies of policies/, which share nothing with the aspects. What
the gate itself reads of their catalogue: docs/decisions/0001-two-judges-share-nothing.md
"""

from lib.gate.gate import Gate
from lib.gate.report import GateReport

__all__ = ["Gate", "GateReport"]
