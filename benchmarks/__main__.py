"""`make bench`: every measurement beside its peer in one run, written to benchmarks/RESULTS.md."""

from __future__ import annotations

import platform
import sys
from datetime import UTC, datetime

from benchmarks import package, processor, synth
from lib.environments import ROOT

MEASUREMENTS = {"Gated synth": synth, "Taking payments": processor, "The Lambda zip": package}


def table(rows: list[dict[str, str]]) -> list[str]:
    """In Markdown."""
    return [
        " | ".join(rows[0]),
        " | ".join("---" for _ in rows[0]),
        *(" | ".join(row.values()) for row in rows),
    ]


def main() -> int:
    lines = [
        "# Benchmarks",
        "",
        f"Written by `make bench` on {datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}, "
        f"{platform.system()} {platform.machine()}.",
    ]
    for title, module in MEASUREMENTS.items():
        print(f"{title} …", file=sys.stderr, flush=True)
        rows = module.measure()
        lines += ["", f"## {title}", "", *(module.__doc__ or "").strip().splitlines(), "", *table(rows)]
        if module is processor:
            lines += ["", *table(processor.targets(rows))]
    text = "\n".join(lines) + "\n"
    (ROOT / "benchmarks" / "RESULTS.md").write_text(text)
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
