"""The worker. lib/gate/process.py starts it with the Python of `.venv-checkov`, isolated, without our environment."""

import gc

# The imports create some 200,000 permanent objects; without garbage collection they take a quarter less time.
gc.disable()

import sys  # noqa: E402
from pathlib import Path  # noqa: E402

# Our folder comes last in the path, so that no file of ours can replace a module of Checkov.
sys.path.append(str(Path(__file__).resolve().parent.parent))

from checkov_worker.server import serve  # type: ignore[import-not-found]  # noqa: E402

serve()
