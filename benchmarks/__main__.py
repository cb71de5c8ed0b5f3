"""`make bench` runs every measurement together with its peer, and writes the results to benchmarks/RESULTS.md."""

from __future__ import annotations

import sys

from benchmarks import gateway, package, processor, screening, synth
from benchmarks.results import table, write_section

MEASUREMENTS = {
    "Gated synth": synth,
    "Taking payments": processor,
    "The Lambda zip": package,
    "Stripe": gateway,
    "Card screening": screening,
}


def main() -> int:
    for title, module in MEASUREMENTS.items():
        print(f"{title} …", file=sys.stderr, flush=True)
        rows = module.measure()
        lines = [*(module.__doc__ or "").strip().splitlines(), "", *table(rows)]
        if targets := getattr(module, "targets", None):
            lines += ["", *table(targets(rows))]
        print(write_section(title, "make bench", lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())
