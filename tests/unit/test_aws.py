"""The bindings are imported in one file and without the package's `__init__`."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from lib.environments import ROOT

pytestmark = pytest.mark.slow


def imports(path: Path) -> set[str]:
    """The top-level packages that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


def test_one_file_imports_the_bindings() -> None:
    """Moving to another provider package is one file's matter."""
    importers = {
        str(path.relative_to(ROOT))
        for path in [*(ROOT / "lib").rglob("*.py"), ROOT / "main.py"]
        if "cdktf_cdktf_provider_aws" in imports(path)
    }
    assert importers == {"lib/aws.py"}


def run(program: str) -> str:
    """Standard output of a fresh interpreter at the repository's root."""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_what_is_used_is_loaded_and_the_rest_is_found() -> None:
    """A few dozen submodules instead of 2,200; another one is there as soon as somebody asks for it."""
    count, topic, unknown = run(
        "import sys, lib.aws\n"
        "import cdktf_cdktf_provider_aws as aws\n"
        "print(sum(name.startswith('cdktf_cdktf_provider_aws.') and name.count('.') == 1 for name in sys.modules))\n"
        "print(aws.ssm_parameter.SsmParameter.__name__)\n"
        "print(hasattr(aws, 'no_such_service'))\n"
    ).splitlines()
    assert int(count) < 60
    assert topic == "SsmParameter"
    assert unknown == "False"


def test_a_package_that_is_loaded_already_stays() -> None:
    """Somebody's own App may have imported it as usual."""
    assert (
        run(
            "import sys, types\n"
            "import importlib.util as util\n"
            "spec = util.find_spec('cdktf_cdktf_provider_aws')\n"
            "mine = sys.modules['cdktf_cdktf_provider_aws'] = util.module_from_spec(spec)\n"
            "import lib.aws\n"
            "print(sys.modules['cdktf_cdktf_provider_aws'] is mine and '__getattr__' not in vars(mine))\n"
        )
        == "True"
    )
