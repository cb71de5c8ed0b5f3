"""Runs schedules: python -m tests.simulation [--schedules 2000] [--seed SEED] [--only NUMBER].

Exit code 0 if all hold, 1 with the violations and the log of the first schedule in which one does not.
"""

from __future__ import annotations

import argparse
import secrets
import sys

from tests.simulation.running import run


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__.splitlines()[0])
    parser.add_argument("--schedules", type=int, default=2000)
    parser.add_argument("--seed", default=secrets.token_hex(4), help="as a failed run printed it")
    parser.add_argument("--only", type=int, help="the number of one schedule of that seed, with its log")
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    numbers = range(options.schedules) if options.only is None else [options.only]
    found = run(options.seed, numbers)
    if found is None:
        print(f"{len(numbers)} schedules, no violation")
        return 0
    print(found.report())
    return 1


if __name__ == "__main__":
    sys.exit(main())
