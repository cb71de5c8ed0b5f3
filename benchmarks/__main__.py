"""`make bench`: every measurement beside its peer in one run, written to benchmarks/RESULTS.md."""

from __future__ import annotations

import sys

from benchmarks import package, processor, synth
from benchmarks.results import table, write_section

MEASUREMENTS = {"Gated synth": synth, "Taking payments": processor, "The Lambda zip": package}


def main() -> int:
    for title, module in MEASUREMENTS.items():
        print(f"{title} …", file=sys.stderr, flush=True)
        rows = module.measure()
        lines = [*(module.__doc__ or "").strip().splitlines(), "", *table(rows)]
        if module is processor:
            lines += ["", *table(processor.targets(rows))]
        print(write_section(title, "make bench", lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())
