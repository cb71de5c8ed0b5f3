"""MiniStack with its fixes and its guardian, run by the emulator environment's own Python: `python -I DIRECTORY …`.

Arguments: the guardian's pipe (a file descriptor), the lock to hold while alive (a file descriptor), the folder to
remove when the starter is gone. Everything else comes through MiniStack's environment variables.
"""

from __future__ import annotations

import importlib
import sys

import fixes  # type: ignore[import-not-found]  # this directory is the path's first entry here
import guardian  # type: ignore[import-not-found]


def main() -> None:
    pipe, _lock, folder = sys.argv[1:]  # the lock is inherited, and let go by the end of this process
    guardian.watch(int(pipe), folder)
    fixes.apply()
    sys.argv[1:] = []
    importlib.import_module("ministack.app").main()


if __name__ == "__main__":
    main()
