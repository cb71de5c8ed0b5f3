"""Runs MiniStack with its fixes and its guardian, with the Python of .venv-emulator: `python -I DIRECTORY …`.

Arguments: the guardian's pipe (a file descriptor), the lock to hold (a file descriptor), and the folder to remove when
the starter has ended. MiniStack's environment variables have all other settings.
"""

from __future__ import annotations

import importlib
import sys

import fixes  # type: ignore[import-not-found]  # Python puts this directory first on its path
import guardian  # type: ignore[import-not-found]


def main() -> None:
    pipe, _lock, folder = sys.argv[1:]  # this process inherits the lock; the system releases it at the end
    guardian.watch(int(pipe), folder)
    fixes.apply()
    sys.argv[1:] = []
    importlib.import_module("ministack.app").main()


if __name__ == "__main__":
    main()
