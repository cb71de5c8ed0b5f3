"""The second judge: Checkov over the synthesized JSON, fail-closed.

It shares nothing with the aspects: it reads the JSON that Terraform would read, by the policies of policies/.
"""

from lib.gate.gate import Gate
from lib.gate.report import GateFinding, GateReport

__all__ = ["Gate", "GateFinding", "GateReport"]
