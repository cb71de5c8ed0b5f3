"""`python -m lib.dependencies {licenses|audit|sbom}`: run it with the Python of .venv-dependencies.

Exit codes: 0 done; 1 a licence is not allowed, or a package has a known vulnerability; 2 wrong input or a broken tool,
with one line on standard error.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path

from lib.dependencies import audit, licenses
from lib.environments import ENVIRONMENTS, ROOT
from lib.errors import ToolError

SBOM_FILE = ROOT / "reports" / "sbom.cdx.json"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m lib.dependencies")
    commands = parser.add_subparsers(required=True, dest="command")
    licensed = commands.add_parser("licenses", help="list the licence of each package in the locks, and check it")
    licensed.add_argument("--policy", type=Path, default=licenses.POLICY_FILE, help="TOML file of allowed licences")
    licensed.add_argument("--output", type=Path, default=licenses.LIST_FILE, help="Markdown file to write the list to")
    audited = commands.add_parser("audit", help="list the known vulnerabilities of the packages in the locks")
    audited.add_argument("lock", nargs="*", help="a lock's name, such as lambda or project (default: all locks)")
    audited.add_argument("--osv-url", default=audit.SERVICE, help="URL of OSV's API or a mirror (default: %(default)s)")
    commands.add_parser("sbom", help=f"write the SBOM of the Lambda zip to {SBOM_FILE.relative_to(ROOT)}")
    options = parser.parse_args()
    try:
        match options.command:
            case "licenses":
                return _licenses(options.policy, options.output)
            case "audit":
                return _audit(options.lock, options.osv_url)
            case _:
                return _sbom()
    except ToolError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2


def _licenses(policy_file: Path, output: Path) -> int:
    policy = licenses.read_policy(policy_file)
    rows = licenses.rows(policy)
    output.write_text(licenses.render(rows))
    for licence, count in sorted(Counter(row.licence for row in rows).items()):
        print(f"{count:4} {licence}")
    return _findings(list(licenses.violations(rows, policy)), f"{len(rows)} packages are allowed; {output} lists them")


def _audit(names: list[str], osv_url: str) -> int:
    for name in names:
        if name not in ENVIRONMENTS:
            raise ToolError(f"there is no lock {name}; the locks are {', '.join(sorted(ENVIRONMENTS))}")
    return _findings(audit.vulnerabilities(names or sorted(ENVIRONMENTS), osv_url), "no known vulnerability")


def _sbom() -> int:
    from lib.dependencies import sbom  # importing the validator takes a second

    text = sbom.document()
    SBOM_FILE.parent.mkdir(exist_ok=True)
    SBOM_FILE.write_text(text)
    print(SBOM_FILE.relative_to(ROOT))
    return 0


def _findings(lines: list[str], without: str) -> int:
    print("\n".join(lines) or without)
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
