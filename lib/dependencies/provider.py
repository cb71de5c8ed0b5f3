"""`python -m lib.dependencies.provider [VERSION] [--bindings RELEASE]`: changes the version of hashicorp/aws.

It writes every file that names the provider's version or is generated from the provider's schema. Each judge has its
own copy of the version and of the schema's facts; policies/_provider.py writes the copy of the second judge. A new
release of the bindings needs uv and the package index. A new version needs Terraform's registry.
Exit codes: 0 done; 2 wrong input or a broken tool, with one line on standard error.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from importlib.metadata import metadata
from pathlib import Path

from lib import environments
from lib.aspects.provider import generate
from lib.aspects.provider.arguments import PROVIDER
from lib.aspects.provider.projection import VERSION
from lib.console.progress import ConsoleProgress
from lib.environments import ROOT, VENV_CHECKOV, python_of
from lib.errors import ToolError
from lib.gate.terraform_init import REFERENCE, pinned_provider
from lib.terraform import terraform

BINDINGS = "cdktf-cdktf-provider-aws"
REQUIREMENTS = ROOT / "requirements" / "project.in"
LOCK = (
    *("uv", "pip", "compile", "--quiet", "--universal", "--python-version", "3.11", "--generate-hashes"),
    *("--no-emit-index-url", "--no-header", "requirements/project.in", "-o", "requirements/project.txt"),
)
IN_JSON = r'("aws": \{\s*"source": "[^"]+",\s*"version": ")[^"]+(")'
# The files that state the version: one for each judge, the page for other projects, and test documents of other
# projects.
STATED = {
    ROOT / "lib" / "aspects" / "provider" / "projection.py": r'^(VERSION = ")[^"]+(")$',
    ROOT / "policies" / "_conventions.toml": r'^(provider_version = ")[^"]+(")$',
    ROOT / "docs" / "adopt.md": r'^(provider_version = ")[^"]+(")$',
    **dict.fromkeys(sorted((ROOT / "tests" / "policy" / "foreign").glob("*/cdk.tf.json")), IN_JSON),
}
# The platforms for which HashiCorp publishes the provider. A stack may be deployed from each of them.
PLATFORMS = (
    *("darwin_amd64", "darwin_arm64", "freebsd_386", "freebsd_amd64", "freebsd_arm", "linux_386", "linux_amd64"),
    *("linux_arm", "linux_arm64", "openbsd_386", "openbsd_amd64", "windows_386", "windows_amd64", "windows_arm64"),
)
LOCK_HEAD = """\
# The only provider that the gate accepts in a stack's folder, with the checksums of its packages for every platform.
# `make provider VERSION=…` writes it.

"""
TO_REVIEW = ("lib/aspects/provider/arguments.json", "policies/_provider.jsonl")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m lib.dependencies.provider")
    parser.add_argument("version", nargs="?", default=VERSION, help="version of hashicorp/aws (default: %(default)s)")
    parser.add_argument("--bindings", help=f"release of {BINDINGS} (default: that of requirements/project.in)")
    options = parser.parse_args(arguments)
    try:
        environments.enter("-m", "lib.dependencies.provider")
        move(options.version, options.bindings or pinned_bindings())
    except (ToolError, generate.SchemaError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(f"hashicorp/aws {options.version}. Review what the schema changed for each judge: {' and '.join(TO_REVIEW)};")
    print("then run make test: it names each classified argument that the provider no longer has.")
    return 0


def move(version: str, bindings: str) -> None:
    """Write all files for this version, after everything was read from the network. Raises ToolError."""
    if not re.fullmatch(r"\d+\.\d+\.\d+", version):
        raise ToolError(f"VERSION is {version!r}, which is no version of hashicorp/aws; write it as {VERSION}")
    if (made_for := provider_of(bindings)) != version:
        raise ToolError(
            f"{BINDINGS} {bindings} is made for hashicorp/aws {made_for}, not {version}; set VERSION to {made_for}, or "
            f"BINDINGS to a release for {version} (github.com/cdktf/cdktf-provider-aws/releases lists them)"
        )
    command = terraform.find(ConsoleProgress())
    schema = generate.read_schema(tuple(command), version)
    lock = None if version == pinned_provider().version else _published_checksums(command, version)
    if bindings != pinned_bindings():
        _lock_bindings(bindings)
    if lock is not None:
        REFERENCE.write_text(lock)
    for file, pattern in STATED.items():
        file.write_text(stated(file, pattern, version))
    generate.write(schema)
    _write_facts_of_the_second_judge(json.dumps(schema))


def stated(file: Path, pattern: str, version: str) -> str:
    """Return the file's text with another version. Raises ToolError unless `pattern` matches exactly once."""
    text, count = re.subn(pattern, rf"\g<1>{version}\g<2>", file.read_text(), flags=re.MULTILINE)
    if count != 1:
        raise ToolError(f"{file.relative_to(ROOT)} has {count} places that match {pattern}; expected one")
    return text


def pinned_bindings() -> str:
    """Return the release of the bindings that requirements/project.in names. Raises ToolError if it names none."""
    found = re.search(rf"^{BINDINGS}==(\S+)$", REQUIREMENTS.read_text(), re.MULTILINE)
    if found is None:
        raise ToolError(f"{REQUIREMENTS.relative_to(ROOT)} has no line {BINDINGS}==…; add it")
    return found[1]


def provider_of(bindings: str) -> str:
    """Return the provider's version for which a release of the bindings is made. Its description begins with it.

    Raises ToolError.
    """
    if bindings == pinned_bindings():
        description = str(metadata(BINDINGS).json["description"])
    else:
        report = _run(
            "pip",
            *(sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed", "--no-deps"),
            *("--report", "-", f"{BINDINGS}=={bindings}"),
        )
        description = json.loads(report)["install"][0]["metadata"]["description"]
    found = re.search(r"hashicorp/aws provider version ([0-9.]+)", description)
    if found is None:
        raise ToolError(
            f"the description of {BINDINGS} {bindings} names no version of hashicorp/aws; read its changelog"
        )
    return found[1]


def _lock_bindings(release: str) -> None:
    before = REQUIREMENTS.read_text()
    REQUIREMENTS.write_text(re.sub(rf"^{BINDINGS}==\S+$", f"{BINDINGS}=={release}", before, flags=re.MULTILINE))
    try:
        _run("uv pip compile", *LOCK)
    except ToolError:
        REQUIREMENTS.write_text(before)
        raise


def _published_checksums(command: Sequence[str], version: str) -> str:
    """Return the text of provider.lock.hcl. Terraform downloads the provider's package for every platform."""
    with tempfile.TemporaryDirectory() as folder:
        source = PROVIDER.removeprefix("registry.terraform.io/")
        document = {"terraform": {"required_providers": {"aws": {"source": source, "version": version}}}}
        (Path(folder) / "main.tf.json").write_text(json.dumps(document))
        platforms = [f"-platform={platform}" for platform in PLATFORMS]
        _run("terraform providers lock", *command, "providers", "lock", *platforms, cwd=folder)
        generated = (Path(folder) / ".terraform.lock.hcl").read_text()
    return LOCK_HEAD + generated[generated.index("provider ") :]


def _write_facts_of_the_second_judge(schema: str) -> None:
    """Run the second judge's own program, because the judges share no code."""
    program = str(ROOT / "policies" / "_provider.py")
    _run("policies/_provider.py", str(python_of(VENV_CHECKOV)), program, stdin=schema)


def _run(name: str, *command: str, cwd: str | Path = ROOT, stdin: str | None = None) -> str:
    try:
        done = subprocess.run(command, cwd=cwd, input=stdin, capture_output=True, text=True)
    except OSError as error:
        raise ToolError(f"{name} does not start: {error.strerror}; install {command[0]}") from error
    if done.returncode:
        lines = (done.stderr.strip() or done.stdout.strip()).splitlines() or ["no output"]
        reason = next((line for line in lines if line.lower().startswith(("error", "│ error"))), lines[-1])
        raise ToolError(f"{name} failed: {reason.split(' (from versions')[0][:400]}")
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
