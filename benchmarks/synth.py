"""Time of `python main.py` (synthesis and both judges) with lazy bindings, compared with plain imports of the bindings.

The times are wall time of the whole process. Both processes run `main.py` with compiled bytecode. The peer first
imports the package `cdktf_cdktf_provider_aws`, as the package's documentation does. This import runs the package's
`__init__`, which imports all submodules.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time

from lib.environments import ROOT

MAIN = str(ROOT / "main.py")
PLAIN = (
    f"import runpy, sys; sys.path.insert(0, {str(ROOT)!r}); import cdktf_cdktf_provider_aws; "
    f"runpy.run_path({MAIN!r}, run_name='__main__')"
)
ROUNDS = 3


def measure() -> list[dict[str, str]]:
    """Rows of the results table: one for ours, one for the peer; seconds are medians of interleaved rounds."""
    commands = {"python main.py": [MAIN], "python main.py with plain imports": ["-c", PLAIN]}
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    for round_number in range(ROUNDS + 1):
        for name, command in commands.items():
            took = _wall(command)
            if round_number:  # the first round warms the disk cache for both
                seconds[name].append(took)
    peer = statistics.median(seconds["python main.py with plain imports"])
    return [
        {
            "command": name,
            "median s": f"{statistics.median(values):.2f}",
            "min s": f"{min(values):.2f}",
            "share of the peer": f"{statistics.median(values) / peer:.2f}",
        }
        for name, values in seconds.items()
    ]


def _wall(command: list[str]) -> float:
    with tempfile.TemporaryDirectory() as directory:
        begin = time.perf_counter()
        subprocess.run([sys.executable, *command], cwd=directory, check=True, capture_output=True)
        return time.perf_counter() - begin
